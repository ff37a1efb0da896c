package staff

import (
	"errors"
	"slices"

	"yinqiao/civic"
	"yinqiao/db"
)

// Role is what somebody is employed to do, in one division.
type Role string

// The roles of the front line, of offices and of supervision.
const (
	Clerk           Role = "clerk"            // 窗口人员: serves people and works cases
	Gate            Role = "gate"             // 闸口人员: lets people through
	Operator        Role = "operator"         // 95128话务员: serves people by phone
	GridWorker      Role = "grid_worker"      // 网格员: knows the homes of one street or village
	Responsible     Role = "responsible"      // 转移责任人: sees that everybody on a list is safe
	FamilyDoctor    Role = "family_doctor"    // 家庭医生
	Dispatcher      Role = "dispatcher"       // 调度员: cars, meals, helpers
	Driver          Role = "driver"           // 司机、服务员: does one order at a time
	VolunteerLead   Role = "volunteer_lead"   // 志愿者组长
	VenueManager    Role = "venue_manager"    // 场馆负责人
	HospitalManager Role = "hospital_manager" // 医院负责人
	Bureau          Role = "bureau"           // 责任单位经办人: reports on the tasks that the plans give to their office
	Supervisor      Role = "supervisor"       // 监督人员: figures, findings, the ledger and reviews; opens nobody
	Administrator   Role = "administrator"    // 管理员: offices, accounts, devices, services
)

// Roles lists all roles, in the order in which they are offered.
var Roles = []Role{Clerk, Gate, Operator, GridWorker, Responsible, FamilyDoctor, Dispatcher, Driver, VolunteerLead,
	VenueManager, HospitalManager, Bureau, Supervisor, Administrator}

var roleWords = map[Role]string{
	Clerk: "窗口人员", Gate: "闸口人员", Operator: "95128话务员", GridWorker: "网格员", Responsible: "转移责任人", FamilyDoctor: "家庭医生",
	Dispatcher: "调度员", Driver: "司机和服务员", VolunteerLead: "志愿者组长", VenueManager: "场馆负责人", HospitalManager: "医院负责人",
	Bureau: "责任单位经办人", Supervisor: "监督人员", Administrator: "管理员",
}

// allowed is what each role may do. Whoever meets people at a door or by phone may
// break the glass in an emergency; whoever reviews that never serves them.
var allowed = map[Role][]civic.Permission{
	Clerk:           {civic.MayFindPeople, civic.MayServePeople, civic.MayRegisterPeople, civic.MayWorkCases, civic.MayBreakGlass, civic.MayKeepPlace},
	Gate:            {civic.MayFindPeople, civic.MayBreakGlass},
	Operator:        {civic.MayFindPeople, civic.MayServePeople, civic.MayRegisterPeople, civic.MayWorkCases, civic.MayBreakGlass},
	GridWorker:      {civic.MayFindPeople, civic.MayServePeople, civic.MayRegisterPeople, civic.MayBreakGlass},
	Responsible:     {civic.MayFindPeople, civic.MayServePeople, civic.MayBreakGlass},
	FamilyDoctor:    {civic.MayFindPeople, civic.MayServePeople, civic.MayWorkCases, civic.MayBreakGlass},
	Dispatcher:      {civic.MayFindPeople, civic.MayServePeople, civic.MayWorkCases, civic.MayBreakGlass},
	Driver:          {},
	VolunteerLead:   {civic.MayKeepDuty},
	VenueManager:    {civic.MayKeepDuty, civic.MaySeeFigures, civic.MayKeepPlace, civic.MayKeepSessions},
	HospitalManager: {civic.MayKeepDuty, civic.MaySeeFigures, civic.MayKeepPlace, civic.MayKeepSessions},
	Bureau:          {civic.MaySeeFigures, civic.MayReportTasks},
	Supervisor:      {civic.MaySeeFigures, civic.MayReviewAccess, civic.MaySupervise, civic.MayKeepLedger},
	Administrator: {civic.MayFindPeople, civic.MayManageStaff, civic.MayPublish, civic.MaySeeFigures, civic.MayKeepDuty, civic.MaySettlePeople, civic.MayImportPeople,
		civic.MayErasePeople, civic.MayKeepPlace, civic.MayRunMessages},
}

// Words names the role.
func (r Role) Words() string {
	if w, ok := roleWords[r]; ok {
		return w
	}
	return string(r)
}

// May reports whether the role includes the permission.
func (r Role) May(p civic.Permission) bool { return slices.Contains(allowed[r], p) }

// Member is one member of staff with their roles.
type Member struct {
	ID       civic.StaffID
	Name     string
	Office   civic.OfficeID
	Division civic.Division // of the office
	State    string
	Roles    []Post
}

// Post is a role in a division.
type Post struct {
	Role     Role
	Division civic.Division
}

// May reports whether any role includes the permission, and in which division.
func (m Member) May(p civic.Permission) (Post, bool) {
	for _, post := range m.Roles {
		if post.Role.May(p) {
			return post, true
		}
	}
	return Post{}, false
}

// MayIn is May for roles that cover the division.
func (m Member) MayIn(p civic.Permission, d civic.Division) (Post, bool) {
	for _, post := range m.Roles {
		if post.Role.May(p) && post.Division.Covers(d) {
			return post, true
		}
	}
	return Post{}, false
}

var errNoStaff = civic.E(civic.NotFound, "staff.unknown", "没有这个工作人员，或已经离岗。")

// Read reads a member of staff with their roles. NotFound if there is none, or
// they have left.
func Read(q db.Q, id civic.StaffID) (Member, error) {
	var rows []struct {
		Name, State string
		Office      civic.OfficeID
		Home        civic.Division
		Role        *Role
		Division    *civic.Division
	}
	err := q.Select(&rows, `SELECT s.name, s.state, s.office, o.division AS home, r.role, r.division
		FROM staff s JOIN office o ON o.id = s.office LEFT JOIN staff_role r ON r.staff = s.id WHERE s.id = $1 ORDER BY r.role, r.division`, id)
	if err != nil {
		return Member{}, err
	}
	if len(rows) == 0 || rows[0].State != "active" {
		return Member{}, errNoStaff
	}
	m := Member{ID: id, Name: rows[0].Name, Office: rows[0].Office, Division: rows[0].Home, State: rows[0].State}
	for _, r := range rows {
		if r.Role != nil {
			m.Roles = append(m.Roles, Post{*r.Role, *r.Division})
		}
	}
	return m, nil
}

// Name returns a member's name, also of those who have left; "" if unknown.
func Name(q db.Q, id civic.StaffID) (string, error) {
	var n string
	err := q.Get(&n, `SELECT name FROM staff WHERE id = $1`, id)
	if errors.Is(err, db.ErrNoRows) {
		return "", nil
	}
	return n, err
}

// Names returns the names of members of staff, for a list.
func Names(q db.Q, ids []civic.StaffID) (map[civic.StaffID]string, error) {
	out := map[civic.StaffID]string{}
	if len(ids) == 0 {
		return out, nil
	}
	var rows []struct {
		ID   civic.StaffID
		Name string
	}
	if err := q.Select(&rows, `SELECT id, name FROM staff WHERE id IN `+db.In(1, len(ids)), db.Args(ids)...); err != nil {
		return nil, err
	}
	for _, r := range rows {
		out[r.ID] = r.Name
	}
	return out, nil
}

// RolesThat lists the roles that include a permission.
func RolesThat(p civic.Permission) []Role {
	return slices.DeleteFunc(slices.Clone(Roles), func(r Role) bool { return !r.May(p) })
}
