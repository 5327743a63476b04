package answer

// erasing are phrases of people who want what is stored of them deleted (GDPR art.
// 17; PIPL art. 47).
var erasing = []string{
	"delete my data", "erase my data", "delete my account data", "delete everything about me", "delete my personal data",
	"delete my information", "right to be forgotten",
	"删除我的数据", "删除我的信息", "删除我的个人信息", "删掉我的数据", "删掉我的信息", "注销我的信息", "刪除我的資料",
	"borra mis datos", "elimina mis datos", "eliminen mis datos", "supprimez mes données", "supprimer mes données", "effacez mes données",
	"lösche meine daten", "löschen sie meine daten", "meine daten löschen", "データを削除して", "個人情報を削除", "내 데이터 삭제", "احذف بياناتي",
	"удалите мои данные",
}

// WantsErasure tells whether a message asks for the deletion of what is stored of its
// author.
func WantsErasure(text string) bool {
	folded := fold(short(text))
	for _, phrase := range erasing {
		if says(folded, fold(phrase)) {
			return true
		}
	}
	return false
}
