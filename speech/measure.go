package speech

import (
	"regexp"
	"strings"
)

// What may be counted: before these 2 is 两, and 1 changes its tone.
var measures = strings.Fields(`
个 位 名 人 张 条 件 份 次 遍 回 天 年 周 岁 小时 分钟 秒 刻 点 元 块 角 毛 分 米 公里 公斤 斤 克 毫 升 厘 平方 立方 项 种 类
家 户 间 套 台 辆 部 片 粒 颗 支 瓶 盒 袋 包 杯 碗 顿 餐 口 双 对 副 把 本 册 页 篇 封 笔 场 节 门 届 批 组 趟 站 步 道 处 所
只 头 棵 株 里 百 千 万 亿 倍 成 针 剂 服 味 滴 勺 寸 尺 亩 吨 桶 盆 桌 枚 束 朵 首 句 段 行 堆 根 夜 晚 辈子 股 样`)

// What looks like one of them but names a number rather than counts: 2年级, 1分之.
var notMeasures = []string{"年级", "年代", "分之"}

// measured reports whether something countable begins what follows a number.
func measured(after string) bool {
	after = strings.TrimLeft(after, " ")
	for _, m := range notMeasures {
		if strings.HasPrefix(after, m) {
			return false
		}
	}
	for _, m := range measures {
		if strings.HasPrefix(after, m) {
			return true
		}
	}
	return false
}

// Units as they are written and said. Weights and lengths in the words older
// people use: 公斤 and 公里, not 千克 and 千米.
var units = map[string]string{
	"℃": "摄氏度", "°C": "摄氏度", "℉": "华氏度", "°F": "华氏度", "°": "度",
	"km/h": "公里每小时", "m/s": "米每秒", "km": "公里", "KM": "公里", "㎞": "公里", "m": "米", "dm": "分米",
	"cm": "厘米", "CM": "厘米", "㎝": "厘米", "mm": "毫米", "MM": "毫米", "㎜": "毫米", "μm": "微米", "nm": "纳米",
	"kg": "公斤", "KG": "公斤", "Kg": "公斤", "㎏": "公斤", "kg/m²": "公斤每平方米", "g": "克", "mg": "毫克", "㎎": "毫克",
	"μg": "微克", "ug": "微克", "t": "吨", "g/L": "克每升", "mg/L": "毫克每升", "mg/dL": "毫克每分升", "mg/dl": "毫克每分升",
	"mmol/L": "毫摩尔每升", "mmol/l": "毫摩尔每升", "μmol/L": "微摩尔每升", "umol/L": "微摩尔每升",
	"L": "升", "l": "升", "ml": "毫升", "mL": "毫升", "ML": "毫升", "㎖": "毫升", "cc": "毫升", "㏄": "毫升",
	"mmHg": "毫米汞柱", "mmhg": "毫米汞柱", "MMHG": "毫米汞柱", "kPa": "千帕",
	"㎡": "平方米", "m²": "平方米", "m2": "平方米", "M2": "平方米", "km²": "平方公里", "km2": "平方公里", "㎢": "平方公里", "m³": "立方米", "m3": "立方米", "㎥": "立方米",
	"h": "小时", "min": "分钟", "s": "秒", "ms": "毫秒", "bpm": "次每分", "Hz": "赫兹", "dB": "分贝",
	"W": "瓦", "kW": "千瓦", "KW": "千瓦", "kWh": "度", "KWh": "度", "V": "伏", "mAh": "毫安时",
	"MB": "兆", "IU": "国际单位", "U": "单位", "kcal": "千卡", "kJ": "千焦",
}

var unitPattern = regexp.MustCompile(`^ ?(kg/m²|km/h|m/s|mg/d[lL]|[mμu]mol/[lL]|m?g/L|℃|°[CF]?|℉|㎞|㎝|㎜|㎏|㎎|㎖|㏄|㎡|㎢|㎥|μm|μg|k?m[²³23]|M2|[A-Za-z]+)`)

// unitAfter finds a unit at the start of what follows a number: what is said
// for it and how many bytes it takes, 0 for none.
func unitAfter(after string) (said string, n int) {
	m := unitPattern.FindStringSubmatch(after)
	if m == nil {
		return "", 0
	}
	said, ok := units[m[1]]
	rest := after[len(m[0]):]
	if !ok || rest != "" && (isLatin(rune(rest[0])) || isDigit(rune(rest[0]))) {
		return "", 0
	}
	return said, len(m[0])
}
