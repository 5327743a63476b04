package answer

import "testing"

func TestWantsErasure(t *testing.T) {
	for text, want := range map[string]bool{
		"@shop please DELETE MY DATA now": true, "@柚子 请删除我的个人信息，谢谢": true, "Löschen Sie meine Daten!": true,
		"Supprimez mes données svp": true, "@shop データを削除してください": true,
		"how do I delete data from my phone?": false, "I lost my data plan": false, "数据线多少钱？": false,
	} {
		if got := WantsErasure(text); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
