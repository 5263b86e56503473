"""Numbers of persons in texts for the public: found however their digits are set apart, and nothing else taken for one."""

import pytest

from tests.conftest import ROOT
from zhengheng.engines.snapshot import scan
from zhengheng.web.acts.public import PublicTextError, UnseenError, check_seen, clean

pytestmark = pytest.mark.one_database

PHONES = (
    "139/1234/5678", "139、1234、5678", "139|1234|5678", "139*1234*5678", "139~1234~5678", "139——1234——5678", "1…3…9…1…2…3…4…5…6…7…8",
    "1.3.9.1.2.3.4.5.6.7.8", "139\n1234\n5678", "139（号段）12345678", "前三位139 后八位12345678", "l39l2345678", "ⅠⅢⅨⅠⅡⅢⅣⅤⅥⅦⅧ",
    "〡〣〩〡〢〣〤〥〦〧〨", "一百三十九 一二三四 五六七八", "&#49;3912345678", "&#x31;&#x33;&#x39;12345678", "%31%33%39 1234 5678", "139.1234-5678",
    "139转1234转5678", "1点3点9点1点2点3点4点5点6点7点8", "2025-12-31 13912345678", "工号12 139 1234 5678", "+86/139/1234/5678", "0086-139-1234-5678",
    "86139/1234/5678", "13912/345678", "139=1234=5678", "139<br>1234<br>5678", "壹佰叁拾玖 1234 5678", "㈠㈢㈨㈠㈡㈢㈣㈤㈥㈦㈧", "13912345678x", "号码倒写：87654321931",
    "139 [at] 1234 [at] 5678", "139 and then 1234 5678", "1３9＊1234＊5678", "139O1234567", "13９·1２34·5б78",
    "013912345678", "零一三九一二三四五六七八", "0１３９-1234-5678", "０ 139 1234 5678", "0139/1234/5678", "+86 0139 1234 5678", "138○○138○○○", "一三九○○一三八○○○", "139◯1234567",
    "尾号5678，前七位1391234", "手机尾号8000，前7位1380013", "后八位12345678，前三位139",
    "电话138oo138ooo吗", "转l38oo138ooo", "幺三八洞洞幺三八洞洞洞", "幺三勾 幺两三四 五六拐八",
)  # fmt: skip
TRACES = {
    "微信号 zhangsan1990": "account", "微信：zhangsan_1990": "account", "加v信号 zs19901001": "account", "VX: zhangsan90": "account", "QQ 123456789": "account", "扣扣号：一二三四五六七八九": "account",
    "浙A12345": "plate", "浙Ａ·１２３４５": "plate", "浙a 一二三四五": "plate", "车牌沪AD12345": "plate", "粤B-F1234学": "plate",
    "加我微信 zhang1990a": "account", "我的微信zhangsanfeng": "account", "微信 zhang_1990": "account", "官方网站没人回，加我微信：zhangsan1990": "account", "公众号没有答复。微信号 zhangsan1990": "account",
    "粤Z1234港": "plate", "云A·1234学": "plate", "云A1234警停在门口": "plate",
    "3单元5层501": "flat", "2单元 12楼 1203": "flat",
    "云溪路12号3幢2单元501室": "flat", "三单元五〇一": "flat", "东单元 1203": "flat", "军字第2001988号": "card_of_service", "士字第 20019881": "card_of_service",
    "zhang at example dot com": "mail", "zhang艾特example点com": "mail", "zhang@example点com": "mail", "zhang [at] example [dot] com": "mail", "z90(at)mail dot example dot cn": "mail",
}  # fmt: skip
NO_TRACES = (
    "请关注微信公众号yunheng2025", "官方微信：yunhengfabu01", "QQ群 123456789", "扫描微信小程序 yunheng", "QQ用户 1234567 人", "更新A12345号文件", "云A2025", "上云B 2025年", "粤港澳A12",
    "官方微信号 yunheng2025", "可在微信 xiaochengxu 里办理", "用微信支付 2025 元", "请关注本局官方微信：yunheng2025", "3单元5层楼道", "云A1234次列车",
    "3号楼2单元电梯停运", "涉及3单元120户", "五年级第3单元 2025年修订", "2幢1200平方米", "咨询请到行政中心501室", "公字第2025001号", "政字第12345678号",
    "look at the dot map", "评分 138.5，138○○○○5678 已隐去", "○ 待核查 138 项", "手机尾号5678", "available at example.org", "收件编号0139", "共0张，13个", "文号 云衡发〔2025〕13号",
)  # fmt: skip
IDENTITIES = (
    "11010519491231002×", "11010519491231002х", "110105.1949.1231.002X", "110105491231002", "110105/491231/002", "110105号19491231号002X",
    "110105（地区）19491231（生日）002x", "1 1 0 1 0 5 1 9 4 9 1 2 3 1 0 0 2 X", "110105、1949、1231、002X", "X20013219491501011", "110l05l949l23l002X", "（护照号E12345678）", "passport no. EA1234567", "港澳通行证：C12345678",
)  # fmt: skip
FIGURES = (
    "2025年1月1日至2025年12月31日，完成150件、1234件、5678件", "投资13,912,345,678元", "分别为18.50、19.25、100分", "投资1391234567.8元", "2025-12-15—2026-01-15，共15家",
    "2025-12-31 18:30:15", "办理150件，其中2024年1200件，2025年1300件", "见第13、15、18、20、25条", "投入139万元，惠及12345678人", "共150家企业，20251231 统计",
    "12345热线受理1234567件", "由15.3%升至16.25%，2024年18.123亿元", "三次为138、142、1500", "2025-01-15 2025-01-16 3", "收件编号20250000131", "第一百三十九条、第一千二百三十四条",
    "13.5 14.25 15.125", "统一社会信用代码 91110105MA01ABCD2X", "2023、2024、2025年分别为156、1890、2025件", "I1830, I1832, I1834, I4400", "12101、12102、12103", "Ⅲ类及以上水体占 95.5%",
    "13:30—15:00，15:30—17:00", "一三五计划；二、三、四；十五五规划2026—2030年", "http://example.org/p/10/units/D10.html", "13-15，16-18，19-20，21", "涵洞3处、隧洞12处，共138万元，拐弯处13800处", "收文编号E12345678，护照办理1234件",
)  # fmt: skip


def kinds(text: str) -> set[str]:
    return {one.kind for one in scan({"text": text}, ())}


@pytest.mark.parametrize("written", PHONES)
def test_a_telephone_number_is_found_whatever_stands_between_its_digits(written: str) -> None:
    assert "phone" in kinds(f"请联系王老师：{written}。")
    with pytest.raises(PublicTextError):
        clean({"text": f"电话 {written}"}, named=False)


@pytest.mark.parametrize("written", TRACES)
def test_accounts_plates_flats_and_spelt_addresses_are_found(written: str) -> None:
    assert TRACES[written] in kinds(f"请找王老师：{written}。")
    with pytest.raises(PublicTextError):
        clean({"text": f"请找 {written}"}, named=False)


@pytest.mark.parametrize("said", NO_TRACES)
def test_channels_of_offices_and_figures_are_nobodys_trace(said: str) -> None:
    assert kinds(said) <= {"home"}
    clean({"text": said}, named=False)


@pytest.mark.parametrize(
    "written", ["家住栖云区幸福路12号", "幸福小区 3号楼501室", "我住在云溪路十二号"]
)
def test_a_house_is_a_citizens_own_and_an_offices_to_name(written: str) -> None:
    assert kinds(written) == {"home"}
    with pytest.raises(PublicTextError):
        clean({"text": written}, named=False, landlines=True)
    clean({"text": "请到行政中心 3号楼501室办理"}, named=False)


LANDLINES = (
    "0571-87654321", "(0571) 8765 4321", "（0571）87654321", "057187654321", "+86-571-87654321", "0086 571 87654321", "+86 (0)571 8765 4321", "010－６３０９１２３４",
    "零五七一 八七六五四三二一", "0312-8765432",
)  # fmt: skip
MAILS = ("zhang@example.com", "zhang＠example。com", "zhang @ example . com", "ｚｈａｎｇ＠ｅｘａｍｐｌｅ．ｃｏｍ", "zhang [at] example.com", "a.b@mail.example.com.cn")  # fmt: skip


@pytest.mark.parametrize("written", LANDLINES)
def test_a_landline_is_a_citizens_own_and_an_authoritys_to_give(written: str) -> None:
    assert kinds(f"请打 {written} 找王老师") == {"landline"}
    with pytest.raises(PublicTextError):
        clean({"text": f"请打 {written}"}, named=False, landlines=True)
    clean({"text": f"咨询请打 {written}"}, named=False)


@pytest.mark.parametrize("said", ["拨打 12345 或 110", "关注@云衡发布。谢谢", "0.5718765432", "第010号、第0571号", "2025-01-02 10:30"])  # fmt: skip
def test_hotlines_and_figures_are_no_landline_and_no_mail(said: str) -> None:
    assert kinds(said) == set()


@pytest.mark.parametrize("written", MAILS)
def test_an_address_is_found_with_blanks_and_in_full_width(written: str) -> None:
    assert "mail" in kinds(f"写信到 {written} 即可")
    with pytest.raises(PublicTextError):
        clean({"text": f"写信到 {written}"}, named=False)


@pytest.mark.parametrize("written", IDENTITIES)
def test_an_identity_number_is_found_whatever_stands_between_its_digits(written: str) -> None:
    assert "identity" in kinds(f"王老师，身份证 {written}。")


def test_an_identity_number_in_groups_has_a_day_and_the_right_last_character() -> None:
    for wrong in ("110105 号 19491231 号 0021", "110105号19491331号002X", "990105号19491231号0028"):
        assert "identity" not in kinds(wrong)


@pytest.mark.parametrize("said", FIGURES)
def test_amounts_dates_times_and_lists_are_nobodys_number(said: str) -> None:
    assert kinds(said) == set()


def test_ordinary_texts_by_the_thousand_hold_no_personal_number() -> None:
    """Rulebooks, their values and the documentation: sentences, tables, codes, dates, amounts."""
    files = [one for folder in (ROOT / "src/zhengheng/scheme/packs", ROOT / "docs", ROOT / "examples") for one in folder.rglob("*") if one.suffix in {".md", ".yaml", ".csv"}]  # fmt: skip
    lines = {line for one in files for line in one.read_text(encoding="utf-8").splitlines() if len(line) > 8}  # fmt: skip
    assert len(lines) > 3000
    assert [
        line
        for line in sorted(lines)
        if kinds(line)
        & {"phone", "identity", "card", "account", "plate", "flat", "home", "card_of_service"}
    ] == []


def test_an_object_that_is_not_there_is_a_mark_that_nobody_sees() -> None:
    with pytest.raises(UnseenError):
        check_seen({"text": "\ufffc".join("139")})
    assert {"phone", "unseen"} <= kinds("\ufffc".join("13912345678"))
