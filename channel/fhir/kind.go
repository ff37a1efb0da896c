package fhir

// kind is a type of resource that is served: how one is read, how many are searched
// for, and by what.
type kind struct {
	name   string
	read   func(s *server, c *call, id string) (resource, error)
	search func(s *server, c *call, q query) (page, error)
	params []param
	// What _include and _sort may say; nothing where they are not served.
	includes []include
	sorts    []string
}

var byLogicalID = param{"_id", "token", "编号，可以用逗号隔开写几个；不能和别的条件一起用"}

// kinds are the types of resources, and the one table of what can be asked of them.
func kinds() []kind {
	return []kind{
		{typeAppointment, (*server).readAppointment, (*server).searchAppointments, []param{byLogicalID,
			{"patient", "reference", "为谁约的；本人登录时可以不写"}, {"actor", "reference", "Patient、Practitioner、HealthcareService 或 Location；工作人员只看得到本单位的"},
			{"status", "token", "booked、arrived、noshow、cancelled"}, {"date", "date", "约的时间"}, {"identifier", "token", "预约的号码"}},
			[]include{{"Appointment:slot", typeSlot}, {"Appointment:practitioner", typePractitioner}, {"Appointment:location", typeLocation}}, []string{"date", "-date"}},
		{typeHealthcareService, (*server).readClinic, (*server).searchClinics, []param{byLogicalID,
			{"organization", "reference", "哪个单位的"}}, nil, nil},
		{typeLocation, (*server).readLocation, (*server).searchLocations, []param{byLogicalID,
			{"partof", "reference", "一个地方里的场馆和教室"}}, nil, nil},
		{typeOrganization, (*server).readOrganization, (*server).searchOrganizations, []param{byLogicalID}, nil, nil},
		{typePatient, (*server).readPatient, (*server).searchPatients, []param{byLogicalID,
			{"identifier", "token", "证件或卡的完整号码，只能用 POST _search；只给工作人员，只显示遮住的信息"}}, nil, nil},
		{typePractitioner, (*server).readPractitioner, (*server).searchPractitioners, []param{byLogicalID}, nil, nil},
		{typePractitionerRole, (*server).readRole, (*server).searchRoles, []param{byLogicalID,
			{"practitioner", "reference", "谁"}, {"organization", "reference", "在哪个单位"}}, nil, nil},
		{typeSchedule, (*server).readSchedule, (*server).searchSchedules, []param{byLogicalID,
			{"actor", "reference", "Practitioner、HealthcareService 或 Location；一家医院的 Location 就是它的全部"}}, nil, nil},
		{typeSlot, (*server).readSlot, (*server).searchSlots, []param{byLogicalID,
			{"schedule", "reference", "哪些医生、场馆或课程，可以用逗号隔开写几个"}, {"status", "token", "free、busy、busy-unavailable"},
			{"start", "date", "开始的时间，可以带 eq、ne、ge、gt、sa、le、lt、eb、ap，可以写两个"}},
			[]include{{"Slot:schedule", typeSchedule}}, []string{"start"}},
	}
}
