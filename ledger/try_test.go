package ledger
import ("testing";"context";"os";"fmt")
func TestTry(t *testing.T){
 f:=os.Getenv("F"); if f=="" {t.Skip()}
 p,err:=ReadFile(context.Background(),f); if err!=nil {t.Fatal(err)}
 b,_:=Render(p,os.Getenv("FMT")); fmt.Println(string(b))
}
