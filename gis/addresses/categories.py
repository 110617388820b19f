"""Words for a kind of place: 药店 asks for all of them, and for none in particular."""

from __future__ import annotations

from typing import NamedTuple

from gis.addresses.words import words


class Category(NamedTuple):
    """A kind of place: what the registry calls it, and what stands in such places' names."""

    kinds: tuple[str, ...]
    names: tuple[str, ...]


_ROWS = """
药店 药房 大药房 买药 | pharmacy | 药店 药房 医药
派出所 | police_station | 派出所
警务室 警务站 警务 民警 社区民警 | police_station | 警务 派出所
居委会 社区居委会 居民委员会 居委 | | 居委会 居民委员会
社区服务中心 服务中心 党群服务中心 社区服务站 公共服务站 | | 服务中心 服务站
物业 物业公司 物管 物业中心 物业服务中心 物业办公室 | property_company | 物业
菜场 菜市场 农贸市场 集贸市场 市场 买菜 | market | 菜场 菜市场 农贸市场 集贸市场
学校 | school kindergarten | 学校 小学 中学 幼儿园 大学
小学 | | 小学
中学 初中 高中 | | 中学
幼儿园 托儿所 | kindergarten | 幼儿园 托儿所
医院 卫生院 看病 | hospital | 医院 卫生院 卫生服务
诊所 卫生室 卫生站 门诊 | clinic | 诊所 卫生室 卫生站 门诊
银行 | bank | 银行 支行 信用社
超市 商超 | | 超市
便利店 小卖部 小店 杂货店 | convenience grocery | 便利店 小卖部 杂货
饭店 餐馆 餐厅 饭馆 吃饭 | restaurant | 饭店 餐馆 餐厅 面馆 酒家
理发店 理发 美发 | barber | 理发 美发
快递 快递站 快递点 驿站 | express | 快递 驿站
五金店 五金 | hardware | 五金
公园 | park | 公园
邮局 邮政 | post_office | 邮局 邮政
养老院 敬老院 | care_home | 养老院 敬老院 养老
商场 商店 购物中心 百货 | department | 商场 商店 百货 购物中心
公司 企业 单位 | company enterprise | 公司
物流公司 物流 | | 物流
宾馆 酒店 旅馆 | hotel | 宾馆 酒店 旅馆
加油站 | | 加油站
公厕 厕所 公共厕所 | | 公厕 公共厕所
停车场 | | 停车场
棚户房 | | 棚户房
"""


def _table() -> dict[str, Category]:
    table = {}
    for row in _ROWS.strip().splitlines():
        asked, kinds, names = (words(cell) for cell in row.split("|"))
        table.update(dict.fromkeys(asked, Category(kinds, names)))
    return table


CATEGORIES = _table()
"""Every word for a kind of place."""
