"""Text to try rules on: any Unicode at all, and text made of what names, dates and addresses are made of."""

from hypothesis import settings
from hypothesis import strategies as st

# Code points that this Python does not know are left out: a newer Unicode on the other side may fold them.
ANY = st.text(st.characters(exclude_categories=("Cs", "Cn")), max_size=12)
_CHARACTERS = (
    "あいうおがざぱっゃゎゐゑんーアイウオガザパッャヮヰヱヴヵヶンｱｲｳｵｶﾞﾊﾟｯｬｰ･・々〇一二三四十百千田山髙高﨑崎邊辺邉齋斎濱浜澤沢"
    "0123456789０１２９-－ー−‐～〜 　.,'aZｚÉé①㈱\ue000\ufe00\U000e0100\u200d\n\t〓■のノ之つツ字大文"
)
CHARACTERS = st.text(st.sampled_from(_CHARACTERS), max_size=12)
_PIECES = (
    "東京都 千代田区 霞が関 霞ヶ関 京都府 京都市 中京区 府中市 埼玉県 浦和市 さいたま市 浦和区 "
    "浦和町 三重県 員弁郡 員弁町 いなべ市 石仏 愛知県 弥富市 又八 一 二 三 四 八 十 二十 "
    "二十三 百 百二 〇 千 丁目 番町 番地 番地の 番 号 号室 号線 条 線 地割 の ノ - － "
    "ー 1 2 ３ 10 ２３ 大字 字 文字 横浜市 鶴見区 鶴見 コーポ 山田 101 階 棟 "
    "静岡県 浜松市 中区 中央区 三条市 四日市市 塩釜市 塩竈市 宮城県 県 郡 区 市 町 村 北 "
    "西 甲 イ 、 ( ) ビル 髙 高"
).split(" ")
ADDRESS = st.lists(st.sampled_from([*_PIECES, "　", " "]), max_size=9).map("".join)
_BESIDE = [*"山田佐藤Ab（）()[]【】「」〔〕:： 　\u2003\t", "通称", "旧氏"]
BRACKETED = st.lists(st.sampled_from(_BESIDE), max_size=10).map("".join)
TEXT = ANY | CHARACTERS | ADDRESS
# Many texts at a time, so that a column is worth its call.
TEXTS = st.lists(TEXT, min_size=1, max_size=25)
THOROUGH = settings(max_examples=60, deadline=None)
