package task

import "testing"

func TestTheNameOfAUnitTellsWhichGovernmentsItStandsFor(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][2]bool{
		"各市县政府": {true, true}, "各设区市政府": {true, false}, "各市政府": {true, false}, "各县（市、区）政府": {false, true}, "各市、县（市、区）政府": {true, true},
		"各县（市、区）": {false, true}, "各区县政府": {false, true}, "各地政府": {true, true}, "各县市区政府": {false, true}, "各市、县（市、区）人民政府": {true, true},
		"省交通厅": {}, "各有关部门": {}, "太原市政府": {}, "各电信企业": {}, "各": {},
	} {
		if cities, counties := everyGovernment(name); [2]bool{cities, counties} != want {
			t.Errorf("%s: cities %v, counties %v, want %v", name, cities, counties, want)
		}
	}
}
