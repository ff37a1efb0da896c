package api

import (
	"bytes"
	"encoding/json"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"yinqiao/civic"
)

// documents serves the OpenAPI document and a page made from it. Both are fixed
// once the operations are registered.
func (s *server) documents(mux *http.ServeMux) {
	spec, err := json.MarshalIndent(s.api.OpenAPI(), "", "  ")
	if err != nil {
		panic(err) // plain data always marshals
	}
	page := docsPage(s.api.OpenAPI())
	mux.HandleFunc("GET /api/openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Cache-Control", "public, max-age=300")
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(spec)
	})
	mux.HandleFunc("GET /api/docs", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(page)
	})
}

type docsGroup struct {
	Tag string
	Ops []docsOp
}

type docsOp struct {
	ID, Method, Path, Summary, More string
	Public                          bool
}

// docs is plain HTML: it loads nothing and styles nothing, so that the strict
// content policy has nothing to forbid.
var docs = template.Must(template.New("docs").Parse(`<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Title}} 接口</title>
</head>
<body>
<main>
<h1>{{.Title}} 接口</h1>
<p>{{.About}}</p>
<p>完整的说明(OpenAPI 3.1):<a href="/api/openapi.json">/api/openapi.json</a></p>
{{range .Groups}}<section aria-labelledby="tag-{{.Tag}}">
<h2 id="tag-{{.Tag}}">{{.Tag}}</h2>
<dl>
{{range .Ops}}<dt id="{{.ID}}"><code>{{.Method}} {{.Path}}</code></dt>
<dd><strong>{{.Summary}}</strong>{{if .Public}}（不用登录）{{end}}{{with .More}}<br>{{.}}{{end}}</dd>
{{end}}</dl>
</section>
{{end}}</main>
</body>
</html>
`))

func docsPage(doc *huma.OpenAPI) []byte {
	data := struct {
		Title, About string
		Groups       []docsGroup
	}{Title: doc.Info.Title, About: doc.Info.Description}
	for _, tag := range doc.Tags {
		g := docsGroup{Tag: tag.Name}
		for _, item := range doc.Paths {
			for _, op := range operationsOf(item) {
				if slices.Contains(op.Tags, tag.Name) {
					g.Ops = append(g.Ops, docsOp{op.OperationID, op.Method, Prefix + op.Path, op.Summary, op.Description, public[op.OperationID]})
				}
			}
		}
		slices.SortFunc(g.Ops, func(a, b docsOp) int {
			if c := strings.Compare(a.Path, b.Path); c != 0 {
				return c
			}
			return strings.Compare(a.Method, b.Method)
		})
		data.Groups = append(data.Groups, g)
	}
	var b bytes.Buffer
	if err := docs.Execute(&b, data); err != nil {
		panic(err) // the template fits its data
	}
	return b.Bytes()
}

var methods = []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions}

// unknown answers what no operation answers under /api/, as a problem: 405 with
// what is allowed where the path exists, else 404.
func (s *server) unknown(mux *http.ServeMux) {
	for _, m := range methods {
		mux.HandleFunc(m+" /api/", func(w http.ResponseWriter, r *http.Request) {
			p := problemOf(civic.E(civic.NotFound, "api.path", "没有这个地址，请对照接口文档 /api/docs 改正。"))
			if allow := allowed(mux, r); allow != "" {
				w.Header().Set("Allow", allow)
				p = &Problem{Title: titles["405"], Status: http.StatusMethodNotAllowed, Code: "api.method", Detail: "这个地址不支持这种操作，请对照接口文档 /api/docs 改正。"}
			}
			w.Header().Set("Cache-Control", "no-store")
			w.Header().Set("Content-Type", p.ContentType(""))
			w.WriteHeader(p.Status)
			_ = json.NewEncoder(w).Encode(p) // the client has gone
		})
	}
}

func allowed(mux *http.ServeMux, r *http.Request) string {
	var out []string
	for _, m := range methods {
		probe := &http.Request{Method: m, URL: r.URL, Host: r.Host}
		if _, pattern := mux.Handler(probe); !strings.HasSuffix(pattern, " /api/") {
			out = append(out, m)
		}
	}
	return strings.Join(out, ", ")
}
