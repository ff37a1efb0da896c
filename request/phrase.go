package request

import "yinqiao/journal"

// How a sentence begins.
type lead int

const (
	plain   lead = iota // who, then what
	forThem             // who, 替 for whom, then what
	nobody              // what happened: nobody did it
)

// phrase is what an act is said by. 您 stands for whom it was done; words in braces
// are filled from the details.
type phrase struct {
	only Only
	lead lead
	body string
	own  string // when those whom it was for did it themselves, if it is said otherwise
}

// phrases says every act that can be about a person. They are named here and not
// by the rooms that define them, since those build on this one.
var phrases = map[journal.Act]phrase{
	"request.submitted": {Acted, forThem, "交了{事}{填写}", ""},
	"case.opened":       {Acted, forThem, "把{事}交给{单位}办理", ""},
	"case.seen":         {Seen, plain, "看过您的{事}", ""},
	"case.taken":        {Acted, plain, "开始办理您的{事}", ""},
	"case.released":     {Acted, plain, "把您的{事}放回单位，等同事来办", ""},
	"case.taken_over":   {Acted, plain, "从同事手里接过来，办您的{事}", ""},
	"case.assigned":     {Acted, plain, "把您的{事}交给一位同事办", ""},
	"case.asked":        {Acted, plain, "请您给{事}补充情况，等您的时候期限先停着", ""},
	"case.answered":     {Acted, forThem, "给{事}补充了情况", ""},
	"case.went_on":      {Acted, plain, "不再等补充，接着办您的{事}", ""},
	"case.transferred":  {Acted, plain, "把您的{事}转给{单位}办", ""},
	"case.redirected":   {Acted, plain, "看到原来的单位没有人办，把您的{事}转给{单位}办", ""},
	"case.extended":     {Acted, plain, "把您的{事}的办理期限延长了", ""},
	"case.rejected":     {Acted, plain, "答复说您的{事}这次办不成，写了原因和接下来的办法", ""},
	"case.tried":        {Acted, plain, "为您的{事}联系过您，没有联系上", ""},
	"case.unconfirmed":  {Acted, plain, "又没有联系上您，您的{事}先按未确认办结", ""},
	"case.appealed":     {Acted, forThem, "说不同意{事}的结果，请{单位}重新看一看", ""},
	"case.withdrawn":    {Acted, forThem, "说{事}不办了", ""},
	"case.handed_in":    {Acted, plain, "为{事}收下了您的材料或者钱", ""},
	"case.billed":       {Acted, plain, "为{事}给您开了账单", ""},
	"case.paid":         {Acted, forThem, "说{事}的钱已经付了", ""},
	"case.received":     {Acted, plain, "为{事}收到了您的材料或者钱", ""},
	"case.filed":        {Acted, plain, "把{事}的材料存了档，或者把钱入了账", ""},
	"case.returned":     {Acted, plain, "把{事}的材料或者钱退给您，或者撤了账单", ""},
	"case.lost":         {Acted, plain, "说{事}转来的材料或者钱没有找到，由单位负责", ""},
	"case.resolved":     {Acted, plain, "答复说您的{事}办好了", ""},
	"case.confirmed":    {Acted, forThem, "说{事}办好了", ""},
	"case.reopened":     {Acted, forThem, "说{事}没有办好，要重新办", ""},
	"case.overdue":      {Everything, nobody, "您的{事}过了办理期限，单位还没有办好", ""},

	"booking.booked":      {Acted, forThem, "约好了{事}{什么}", ""},
	"booking.booked_kept": {Acted, forThem, "用预留的号约好了{事}{什么}", ""},
	"booking.lent":        {Everything, nobody, "留给别人的号到时间没有用，放出来给了您", ""},
	"booking.borrowed":    {Everything, nobody, "您能用的号约完了，从别的号里给您借了一个", ""},
	"booking.extra":       {Acted, plain, "给您加了一个号{什么}{理由}", ""},
	"booking.changed":     {Acted, forThem, "改了{事}的时间{什么}", ""},
	"booking.cancelled":   {Acted, forThem, "取消了{事}{什么}", ""},
	"booking.called_off":  {Acted, plain, "停了您约好的{事}{什么}{理由}", ""},
	"booking.arrived":     {Acted, plain, "记下了您来办{事}", ""},
	"booking.missed":      {Acted, plain, "记下了您约了{事}没有来", ""},
	"booking.waiting":     {Acted, forThem, "排上了候补{什么}", ""},
	"booking.wait_left":   {Acted, forThem, "退出了候补{什么}", ""},
	"booking.offered":     {Acted, nobody, "您候补的时间有号了，给您留着{什么}", ""},
	"booking.offer_over":  {Everything, nobody, "您候补的时间留的号过了时间，没有约", ""},

	"person.opened":           {Seen, plain, "看过您的资料{证件}{理由}", ""},
	"person.opened_by_reader": {Seen, plain, "在读卡器上读了您的证件，看过您的资料", ""},
	"person.closed":           {Everything, plain, "关上了您的资料", ""},
	"person.card_borrowed":    {Seen, plain, "发现有人拿着您的卡来办事，不是您本人，没有给办", ""},
	"person.seen":             {Seen, plain, "看过您的资料", "看过自己的资料"},
	"people.listed":           {Seen, plain, "按姓名或电话找人，名单里有您", ""},
	"grant.evidence_seen":     {Seen, plain, "看过您委托书的扫描件", ""},
	"card.read":               {Seen, plain, "读了您的卡", ""},
	"card.refused":            {Seen, plain, "读了您的卡，这张卡不能用", ""},
	"glass.broken":            {Seen, plain, "在紧急情况下看过您的资料{理由}，这一次会有人复核", ""},
	"glass.proper":            {Seen, plain, "复核了紧急情况下看您资料的那一次：看得应当", ""},
	"glass.improper":          {Seen, plain, "复核了紧急情况下看您资料的那一次：不应当看，单位要处理", ""},
	"rights.copied":           {Seen, plain, "拿了一份您的全部资料", "拿了一份全部资料"},

	"grant.given":        {Granted, plain, "登记了您的委托：{谁}可以替您办事{范围}", "委托了{谁}替您办事{范围}"},
	"grant.revoked":      {Granted, plain, "停掉了{谁}替您办事的委托", ""},
	"grant.asked":        {Granted, plain, "想替您办事，等您答复{范围}", ""},
	"grant.agreed":       {Granted, plain, "记下了您的话：让{谁}代办是您的意思", "说让{谁}代办是自己的意思"},
	"grant.unwanted":     {Granted, plain, "记下了您的话：让{谁}代办不是您的意思，委托先停下", "说让{谁}代办不是自己的意思，委托先停下"},
	"grant.unreached":    {Granted, plain, "打电话要告诉您{谁}代办的事，没有找到您", ""},
	"grant.disputed":     {Granted, plain, "说家里人意见不一致，替您办事的委托都先停下", "把委托都先停下了"},
	"grant.resumed":      {Granted, plain, "恢复了{谁}替您办事的委托", ""},
	"guardian.appointed": {Granted, plain, "登记了{谁}是您的监护人", ""},
	"guardian.released":  {Granted, plain, "登记了{谁}不再是您的监护人", ""},

	"person.died":       {Acted, plain, "登记了您已经去世，要是不对，请马上打电话告诉我们", ""},
	"person.alive":      {Acted, plain, "撤销了您去世的登记{理由}", ""},
	"access.issued":     {Acted, plain, "给您开了一张登录口令", ""},
	"access.redeemed":   {Everything, plain, "用您的口令登录了", "用口令登录了"},
	"grant.named":       {Everything, plain, "按卡号或口令找家人，没有找到", ""},
	"consent.given":     {Acted, plain, "登记了您的同意{什么}", "同意了使用资料{什么}"},
	"consent.withdrawn": {Acted, plain, "登记了您不再同意{什么}", "不再同意使用资料{什么}"},
	"rights.erased":     {Acted, plain, "删除了您的个人资料{理由}", ""},

	"person.registered": {Acted, plain, "登记了您的个人信息", "登记了个人信息"},
	"person.withdrawn":  {Acted, plain, "撤回了按名单给您做的登记", ""},
	"person.corrected":  {Acted, plain, "更正了您的资料{什么}{理由}", ""},
	"person.merged":     {Acted, plain, "把您重复登记的资料合成了一份{理由}", ""},
	"person.unmerged":   {Acted, plain, "撤销了合并，把您的资料分回两份{理由}", ""},
	"person.reading":    {Acted, plain, "记下了您姓名的读音", ""},
	"person.named":      {Acted, plain, "登记了您的另一个名字", ""},
	"person.unnamed":    {Acted, plain, "停用了您的另一个名字", ""},
	"birth.service":     {Acted, plain, "登记了您档案上的出生日期", ""},
	"card.added":        {Acted, forThem, "添了一张{卡}", ""},
	"card.replaced":     {Acted, forThem, "换了新的{卡}", ""},
	"card.dated":        {Acted, plain, "改了您的{卡}的有效期", ""},
	"card.withdrawn":    {Acted, plain, "作废了登记错的{卡}", ""},
	"card.printed":      {Acted, forThem, "打印了银桥便民卡", ""},
	"card.lost":         {Acted, forThem, "挂失了{卡}", ""},
	"card.found":        {Acted, forThem, "解除了{卡}的挂失", ""},
	"card.disputed":     {Acted, plain, "登记了您的{卡}号码和别人的重了，交给主管处理", ""},
	"card.settled":      {Acted, plain, "处理了您的{卡}和别人重号的事{理由}", ""},
	"household.joined":  {Acted, forThem, "登记了住在一起的人", ""},
	"household.left":    {Acted, forThem, "登记了搬出去住的人", ""},
	"contact.added":     {Acted, forThem, "登记了一个电话{尾号}", ""},
	"contact.first":     {Acted, forThem, "改了先打哪个电话{尾号}", ""},
	"contact.ended":     {Acted, forThem, "停用了一个电话{尾号}", ""},
	"preference.set":    {Acted, forThem, "登记了服务习惯", ""},
	"tag.set":           {Acted, plain, "登记了您的情况{什么}", ""},
	"tag.ended":         {Acted, plain, "去掉了登记的情况{什么}", ""},
}
