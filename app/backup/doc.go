// Package backup copies a whole installation into one file while it serves, and
// loads such a file into an empty database of either engine. The file is a
// gzip-compressed tar:
//
//	tables/NAME.jsonl   one table, one row a line, parents before children
//	jobs.jsonl          the jobs that were still to be done, one a line
//	journal.heads       the journal's heads that were kept outside the database
//	keys/NAME           the keysets, only when asked for
//	manifest.json       what is in the file, with counts and digests
//	manifest.sig        the manifest's signature by the installation's key
//
// The manifest comes last: a file that was cut off has none.
package backup

import (
	"path/filepath"

	"yinqiao/civic"
)

// Where the data folder keeps what is not in the database.
const (
	KeysFolder = "keys"
	HeadsFile  = "journal.heads"
)

// Options says what to back up and where to.
type Options struct {
	Dir      string // the data folder: keys and heads of the journal
	File     string // the file to write; it must not exist
	WithKeys bool   // put the keys into the file
	Release  string // the name of the build, for people
}

// Summary is what a backup holds.
type Summary struct {
	Manifest
	Bytes int64 // size of the file
}

// Names of the members.
const (
	tablesFolder  = "tables/"
	jobsMember    = "jobs.jsonl"
	headsMember   = HeadsFile
	keysPrefix    = KeysFolder + "/"
	manifestName  = "manifest.json"
	signatureName = "manifest.sig"
)

func tableMember(table string) string { return tablesFolder + table + ".jsonl" }

func keysDir(dir string) string { return filepath.Join(dir, KeysFolder) }

// What people are told.
var (
	errExists   = civic.E(civic.Conflict, "backup.exists", "这个文件已经有了，没有覆盖。请换一个文件名。(the file exists and was not overwritten; choose another name)")
	errPartial  = civic.E(civic.Conflict, "backup.partial", "同名的 .partial 文件已经有了：可能另一个备份正在进行，或上次没有做完。确认没有在备份后，删除它再试。(a .partial file exists: another backup is running or was cut short; delete it if none is running)")
	errKeysAway = civic.E(civic.NotFound, "backup.keys_away", "数据文件夹里没有完整的密钥（keys 文件夹）。备份要用密钥签名；没有密钥，备份也读不出来。请核对 --data。(the data folder lacks the keys; check --data)")
	errNotOurs  = civic.E(civic.Invalid, "restore.not_backup", "这个文件不是银桥的备份，请核对文件名。(this file is not a backup of Yinqiao)")
	errDamaged  = civic.E(civic.Invalid, "restore.damaged", "备份文件不完整或被改动过，没有恢复任何内容。请换一份备份再试。(the backup is cut off or was altered; nothing was restored)")
	errNewer    = civic.E(civic.Conflict, "restore.newer", "这份备份来自更新的版本，请先把程序升级到同一版本再恢复。(the backup is of a newer release; upgrade this program first)")
	errUnknown  = civic.E(civic.Conflict, "restore.unknown", "备份里有这个版本不认识的表或列。请用做备份的那个版本恢复，然后再升级。(the backup has tables or columns unknown to this release; restore with the release that made it, then upgrade)")
	errNotEmpty = civic.E(civic.Conflict, "restore.not_empty", "目标数据库里已经有数据，没有恢复。请换一个空的数据库，或换一个新的数据文件夹。(the database is not empty; restore into an empty one)")
	errNoKeys   = civic.E(civic.NotFound, "restore.no_keys", "备份里没有密钥，数据文件夹里也没有。请先把原来的 keys 文件夹复制到数据文件夹，或使用 --with-keys 做的备份。(the keys folder is needed: copy it into the data folder first, or use a backup made --with-keys)")
	errKeys     = civic.E(civic.Conflict, "restore.keys", "数据文件夹里的密钥不是这份备份的，或备份被改动过，没有恢复。请换上原来的 keys 文件夹。(the keys in the data folder are not those of this backup, or the backup was altered)")
	errHeads    = civic.E(civic.Conflict, "restore.heads", "数据文件夹里已有另一份日志封条(journal.heads)。请先把它移到别处保存好，再恢复：它能证明备份之后还发生过什么。(the data folder has other heads of a journal; move journal.heads away and keep it, then restore)")
)
