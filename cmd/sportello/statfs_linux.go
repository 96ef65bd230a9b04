package main

import "golang.org/x/sys/unix"

// statfs looks at the file system that path lies on.
func statfs(path string) (volume, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(path, &s); err != nil {
		return volume{}, err
	}
	return volume{kind: volumeKinds[uint32(s.Type)], free: s.Bavail * uint64(s.Bsize), size: s.Blocks * uint64(s.Bsize)}, nil
}

// volumeKinds names the file systems that matter to a database, by their magic
// number in statfs(2).
var volumeKinds = map[uint32]string{
	unix.NFS_SUPER_MAGIC: "nfs", unix.SMB_SUPER_MAGIC: "smb", unix.SMB2_SUPER_MAGIC: "cifs", unix.CIFS_SUPER_MAGIC: "cifs",
	unix.V9FS_MAGIC: "9p", unix.CEPH_SUPER_MAGIC: "ceph", unix.AFS_SUPER_MAGIC: "afs", unix.AFS_FS_MAGIC: "afs",
	unix.CODA_SUPER_MAGIC: "coda", unix.OVERLAYFS_SUPER_MAGIC: "overlay", unix.TMPFS_MAGIC: "tmpfs", unix.FUSE_SUPER_MAGIC: "fuse",
}
