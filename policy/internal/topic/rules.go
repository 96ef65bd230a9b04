package topic

// A rule is one of the fair rules of the policy (POLICY.md, "Fair rules where
// topics overlap"), or a habit of speech, put as concepts that stand together.
// A rule that fires is a feature among the others: training decides how much
// it weighs, and a technician reads its name in the evidence.
type rule struct {
	name string
	near [][]string // in one sentence: of every list at least one concept
	mail [][]string // in the whole mail likewise
	not  []string   // nowhere in the mail
}

var rules = []rule{
	{name: "the customer changed a setting", near: [][]string{{"ichange", "settingchanged"}, {"setting", "dnsrec", "dbuser"}}},
	{name: "somebody of theirs changed something", near: [][]string{{"whoelse"}, {"ichange"}}},
	{name: "own change and an outage", near: [][]string{{"ichange", "settingchanged"}, {"setting", "dnsrec", "dbuser"}}, mail: [][]string{{"down", "http5", "unreach", "dberr", "maildown"}}},
	{name: "an outage without a stated cause", mail: [][]string{{"http5", "unreach", "down"}}, not: []string{"ichange", "settingchanged", "afterupd", "elsewhere", "onlyon", "trace"}},
	{name: "site down for everybody", mail: [][]string{{"http5", "unreach", "down"}, {"everyone"}, {"site", "srv"}}, not: []string{"afterupd", "settingchanged", "dberr"}},
	{name: "it fails on every device and network", mail: [][]string{{"allfail", "everyone"}, {"down", "http5", "unreach", "maildown", "dberr"}}, not: []string{"elsewhere", "onlyon", "afterupd"}},
	{name: "it fails in several places", near: [][]string{{"allfail", "everyone"}, {"device", "browser", "network"}}},
	{name: "nothing was changed by the customer", mail: [][]string{{"nothingdone"}, {"http5", "unreach", "down", "dberr", "maildown"}}},
	{name: "signs of the server itself", mail: [][]string{{"readonly", "staticfail"}, {"http5", "unreach", "down", "fault", "readonly"}}},
	{name: "after an update of a plugin or theme", near: [][]string{{"afterupd"}, {"plugin", "theme", "productname"}}},
	{name: "after an update", mail: [][]string{{"afterupd"}, {"fault", "down", "http5", "trace"}}},
	{name: "an error in third-party code", near: [][]string{{"trace", "fault"}, {"plugin", "theme", "productname", "builder"}}},
	{name: "an error in the script itself", mail: [][]string{{"core"}, {"cms", "shop"}, {"fault", "trace", "down"}}},
	{name: "the database server does not answer", near: [][]string{{"dberr"}}, not: []string{"dbuser"}},
	{name: "the database refuses the user", near: [][]string{{"dbuser"}}, mail: [][]string{{"ichange", "settingchanged"}}},
	{name: "the database fails, nothing changed", mail: [][]string{{"dberr"}, {"nothingdone", "everyone", "time"}}, not: []string{"settingchanged", "dbuser"}},
	{name: "mail fails for everybody", mail: [][]string{{"maildown"}, {"everyone"}}, not: []string{"blacklist", "dnsrec"}},
	{name: "mail fails", near: [][]string{{"maildown"}}, not: []string{"blacklist", "elsewhere", "onlyon", "mailadm"}},
	{name: "a mailbox to be changed", near: [][]string{{"mailadm"}, {"doit", "iwant", "mailbox"}}},
	{name: "mail after a change of DNS records", near: [][]string{{"dnsrec"}, {"ichange", "settingchanged"}}, mail: [][]string{{"mailsrv"}}},
	{name: "a blacklist", near: [][]string{{"blacklist"}}},
	{name: "signs of a break-in", near: [][]string{{"hack", "spamhack", "spamout"}}},
	{name: "it works elsewhere", near: [][]string{{"elsewhere", "onlyon"}, {"device", "browser", "network", "works"}}},
	{name: "only one device, browser or network", near: [][]string{{"onlyon"}, {"device", "browser", "network"}}},
	{name: "works here, fails there", mail: [][]string{{"elsewhere", "works"}, {"onlyon", "meonly"}, {"down", "fault", "unreach"}}},
	{name: "asks how, about the script", near: [][]string{{"howto", "selfdo"}}, mail: [][]string{{"cms", "shop", "plugin"}}},
	{name: "asks how, about our services", near: [][]string{{"howto", "selfdo"}}, mail: [][]string{{"panel", "mailclient", "ftp", "svc"}}, not: []string{"cms", "shop"}},
	{name: "wants to do it alone", near: [][]string{{"selfdo"}}},
	{name: "asks how", near: [][]string{{"howto"}}},
	{name: "asks to have it done", near: [][]string{{"doit"}}},
	{name: "asks for an update of the software", near: [][]string{{"updsoft"}, {"doit", "iwant"}}},
	{name: "an earlier copy wanted", near: [][]string{{"restore"}, {"doit", "iwant", "backup", "date", "lost"}}},
	{name: "a copy from the backup", near: [][]string{{"backup"}, {"restore", "doit", "iwant", "date", "lost"}}},
	{name: "records wanted", near: [][]string{{"logs"}, {"doit", "iwant", "why", "date"}}},
	{name: "state of the systems asked", near: [][]string{{"status"}, {"doit", "iwant", "srv", "preventive"}}},
	{name: "works, but a check is asked", mail: [][]string{{"resolved", "works", "preventive"}, {"status"}}, not: []string{"onlyon"}},
	{name: "a function to be built", near: [][]string{{"func"}, {"iwant", "doit", "develop", "notexist"}}},
	{name: "development with its price", near: [][]string{{"develop"}, {"func"}}},
	{name: "look and layout", near: [][]string{{"style"}, {"changeit", "doit", "iwant", "remove"}}},
	{name: "texts or pictures to be put in", near: [][]string{{"textcontent", "media", "product"}, {"changeit", "doit", "create", "remove"}}},
	{name: "money, contract or renewal", near: [][]string{{"money", "renew", "price", "partner"}}, mail: [][]string{{"money", "renew", "price", "partner"}}},
	{name: "a call wanted", near: [][]string{{"callme"}}},
	{name: "several requests", mail: [][]string{{"several"}, {"doit", "iwant", "changeit"}}},
}
