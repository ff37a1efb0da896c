package e2e

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"yinqiao/app/apptest"
)

// bring uploads a file as a browser does.
func (v *visitor) bring(t *testing.T, division, name string, file []byte) *exchange {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("file", name)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = part.Write(file)
	_ = w.WriteField("division", division)
	_ = w.WriteField("pasted", "")
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequest(http.MethodPost, v.base+"/desk/rosters", &b)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", w.FormDataContentType())
	return v.follow(t, v.do(t, req, nil))
}

func TestAWorkbookAndATextInGB18030AreUploadedAndTheirColumnsGuessed(t *testing.T) {
	t.Parallel()
	s := serve(t, "")
	v := newVisitor("administrator", s.URL, &record{})
	v.post(t, "/desk/sign-in", "demo", "tyadmin").ok(t, http.StatusOK)
	rows := [][]string{{"姓名", "身份证号码", "联系电话", "独居"}}
	for i := range 3 {
		rows = append(rows, []string{"冯桂兰", apptest.ResidentID("140199", "19390812", i+1), fmt.Sprintf("1250000000%d", i), "是"})
	}
	var text strings.Builder
	x := excelize.NewFile()
	for i, row := range rows {
		text.WriteString(strings.Join(row, ",") + "\r\n")
		if err := x.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+2), &row); err != nil {
			t.Fatal(err)
		}
	}
	if err := x.SetCellValue("Sheet1", "A1", "某街道老人花名册"); err != nil {
		t.Fatal(err)
	}
	var workbook bytes.Buffer
	if err := x.Write(&workbook); err != nil {
		t.Fatal(err)
	}
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(text.String())
	if err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string][]byte{"花名册.xlsx": workbook.Bytes(), "花名册.csv": []byte(gb)} {
		page := v.bring(t, "140105001", name, file).ok(t, http.StatusOK)
		for _, want := range []string{name, "共3行", "身份证号码", "这一项暂时不导入"} {
			if !strings.Contains(page.body, want) {
				t.Errorf("%s: the page does not say %s: %.900s", name, want, page.body)
			}
		}
		var guessed []string
		for _, o := range page.doc(t).Find("select[name=column] option[selected]").EachIter() {
			guessed = append(guessed, o.AttrOr("value", ""))
		}
		if fmt.Sprint(guessed) != "[name resident_id phone]" {
			t.Errorf("%s: the columns were taken for %v", name, guessed)
		}
		if strings.Contains(page.body, rows[1][1]) {
			t.Errorf("%s: the page shows a number in full", name)
		}
		page = v.post(t, "/desk/rosters/"+page.id()+"/check", "column", "name", "column", "resident_id", "column", "phone", "column", "").ok(t, http.StatusOK)
		if !strings.Contains(page.body, "检查") {
			t.Errorf("%s: %.900s", name, page.body)
		}
	}
	if page := v.bring(t, "140105001", "花名册.xls", []byte("\xD0\xCF\x11\xE0old")); !strings.Contains(page.body, "另存为") || page.status != http.StatusUnprocessableEntity && page.status != http.StatusBadRequest {
		t.Errorf("an old workbook: %d %.600s", page.status, page.body)
	}
}
