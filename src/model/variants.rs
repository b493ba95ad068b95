//! Traditional characters of names and their simplified forms, so that 張偉 and 张伟 compare as one.

use std::borrow::Cow;
use std::sync::LazyLock;

use rustc_hash::FxHashMap;

/// Each traditional character before its simplified one: surnames and what given names are made of.
const PAIRS: &str = "張张陳陈劉刘楊杨黃黄趙赵吳吴孫孙馬马鄭郑謝谢許许韓韩馮冯鄧邓葉叶蘇苏呂吕盧卢蔣蒋賈贾閻阎鍾钟鐘钟陸陆範范譚谭鄒邹龔龚賴赖龍龙萬万錢钱湯汤賀贺嚴严顧顾紀纪聶聂關关齊齐鄔邬饒饶嶽岳淩凌駱骆連连寧宁竇窦項项\
談谈華华龐庞藍蓝應应魯鲁遲迟閔闵歐欧陽阳強强偉伟傑杰軍军國国麗丽鳳凤蘭兰紅红靜静艷艳豔艳濤涛鵬鹏飛飞輝辉軒轩東东興兴榮荣貴贵寶宝慶庆雲云曉晓瓊琼瑩莹穎颖潔洁嬌娇妝妆嫻娴嬋婵愛爱憐怜愷恺懷怀憶忆戰战揚扬\
換换攬揽數数暉晖曄晔樂乐樹树橋桥權权歡欢歲岁氣气漢汉潤润澤泽濟济瀾澜灝灏煥焕煒炜燁烨燦灿爾尔獻献瑤瑶璣玑環环瓏珑畫画發发盡尽禮礼禎祯禕祎積积穩稳競竞筆笔節节築筑純纯紹绍紋纹綺绮綠绿維维綱纲綿绵緒绪緣缘\
績绩縈萦織织繼继續续羅罗義义習习聖圣聰聪聯联職职肅肃勝胜腦脑臨临舉举艦舰蓮莲蔭荫薈荟薔蔷藝艺蕭萧處处號号虛虚蠻蛮補补裝装見见規规視视親亲覺觉觀观計计訓训記记設设詠咏詩诗詳详誌志認认誠诚誼谊諾诺謙谦證证\
識识議议譯译讓让豐丰貝贝貞贞財财貢贡資资賓宾賜赐賢贤質质贊赞贏赢蹟迹躍跃車车軟软載载輔辅輕轻輪轮輯辑農农運运達达遠远適适選选邁迈鄉乡銀银銘铭銳锐鋒锋錄录錦锦鎮镇鏡镜鐵铁鑄铸長长門门開开間间閣阁陰阴際际\
隨随險险雋隽雙双離离難难電电霧雾靈灵韋韦韻韵順顺領领頡颉題题顏颜願愿類类風风飄飘養养駿骏騁骋騰腾驍骁驕骄驚惊鮮鲜鴻鸿鵑鹃鶴鹤鷹鹰麥麦齡龄龜龟來来備备傳传優优儀仪億亿兒儿則则剛刚創创劍剑勁劲勛勋動动勵励\
區区協协員员啟启喬乔單单嘯啸園园圓圆圖图團团執执堅坚報报場场塵尘壽寿夢梦奮奋媽妈學学實实審审寬宽將将專专尋寻導导屆届屬属岡冈島岛峽峡嶺岭帥帅師师帶带幫帮幹干廣广彥彦彈弹後后從从復复徑径嫺娴婭娅嫵妩孌娈\
寢寝崢峥嶸嵘巖岩煉炼燈灯營营瑋玮璽玺瓔璎異异監监盤盘確确碩硕祿禄種种稱称穌稣窮穷竅窍簡简簫箫紓纾絢绚綵彩緯纬編编纓缨聲声膽胆蘆芦蘋苹蘊蕴訊讯詢询諭谕謹谨賦赋贇赟軼轶輿舆遙遥遷迁邇迩鈞钧鈴铃鉅钜鉑铂鋼钢\
錚铮鍵键鑒鉴鑰钥閆闫闊阔陣阵階阶霽霁韜韬頌颂頻频顯显飆飙餘余騫骞驥骥鯉鲤鯤鲲鵝鹅鷗鸥鸞鸾點点";

static SIMPLIFIED: LazyLock<FxHashMap<char, char>> = LazyLock::new(|| {
    let characters: Vec<char> = PAIRS.chars().collect();
    characters.chunks_exact(2).filter(|pair| pair[0] != pair[1]).map(|pair| (pair[0], pair[1])).collect()
});

/// The name in simplified characters.
pub fn simplified(name: &str) -> Cow<'_, str> {
    if !name.chars().any(|c| SIMPLIFIED.contains_key(&c)) {
        return name.into();
    }
    name.chars().map(|c| SIMPLIFIED.get(&c).copied().unwrap_or(c)).collect::<String>().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traditional_names_are_simplified() {
        assert_eq!(simplified("張曉瓊"), "张晓琼");
        assert_eq!(simplified("王伟"), "王伟");
    }

    #[test]
    fn no_simplified_form_is_taken_for_a_traditional_one() {
        for (traditional, simple) in SIMPLIFIED.iter() {
            assert!(!SIMPLIFIED.contains_key(simple), "{traditional}{simple}");
        }
    }
}
