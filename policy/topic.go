package policy

// Topic is what a request asks for (POLICY.md, "Topics").
type Topic string

// The topics of the default policy file.
const (
	PlatformDown     Topic = "platform-down"
	DatabaseDown     Topic = "database-down"
	MailDown         Topic = "mail-down"
	ScriptUpdate     Topic = "script-update"
	ScriptHowto      Topic = "script-howto"
	ScriptBug        Topic = "script-bug"
	ThirdPartyBug    Topic = "third-party-bug"
	FeatureRequest   Topic = "feature-request"
	TemplateChange   Topic = "template-change"
	ContentEdit      Topic = "content-edit"
	LogAnalysis      Topic = "log-analysis"
	DeviceSpecific   Topic = "device-specific"
	MailboxAdmin     Topic = "mailbox-admin"
	Misconfiguration Topic = "misconfiguration"
	BackupRestore    Topic = "backup-restore"
	ServiceHowto     Topic = "service-howto"
	StatusCheck      Topic = "status-check"
	SecurityIncident Topic = "security-incident"
	Commercial       Topic = "commercial"
	Unclear          Topic = "unclear"
)

// Topics lists every topic in the order of POLICY.md.
var Topics = []Topic{PlatformDown, DatabaseDown, MailDown, ScriptUpdate, ScriptHowto, ScriptBug, ThirdPartyBug,
	FeatureRequest, TemplateChange, ContentEdit, LogAnalysis, DeviceSpecific, MailboxAdmin, Misconfiguration,
	BackupRestore, ServiceHowto, StatusCheck, SecurityIncident, Commercial, Unclear}
