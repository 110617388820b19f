"""The words offices write in their tables, and ours for them."""

from __future__ import annotations

from collections.abc import Mapping

PLACE_KINDS: Mapping[str, str] = {
    **dict.fromkeys(("楼栋", "楼", "建筑", "住宅楼"), "building"),
    **dict.fromkeys(("商铺", "商业网点", "门面房", "门面", "店铺", "商户"), "business"),
    **dict.fromkeys(("驻区单位", "单位", "企事业单位"), "resident_unit"),
}
GRID_KINDS: Mapping[str, str] = {
    "社区": "community",
    "小区": "compound",
    **dict.fromkeys(("合并小区", "合并网格"), "merged_compound"),
    **dict.fromkeys(("楼栋群", "楼栋"), "building_cluster"),
    **dict.fromkeys(("门面房", "门面房群", "沿街商铺", "商铺"), "shopfront_row"),
    **dict.fromkeys(("专属网格", "专属"), "dedicated"),
    **dict.fromkeys(("余地", "其他", "剩余"), "residual"),
}
LEVELS: Mapping[str, str] = {
    **dict.fromkeys(("一级", "一级网格", "社区", "1级", "第一级"), "1"),
    **dict.fromkeys(("二级", "二级网格", "小区", "2级", "第二级"), "2"),
    **dict.fromkeys(("三级", "三级网格", "楼栋群", "3级", "第三级"), "3"),
}
GRID_CLASSES: Mapping[str, str] = {"甲类": "甲", "乙类": "乙", "丙类": "丙"}
GRID_GRADES: Mapping[str, str] = {
    "A级": "A",
    "B级": "B",
    "C级": "C",
    "a": "A",
    "b": "B",
    "c": "C",
    "示范": "A",
    "达标": "B",
    "一般": "C",
}
ROLES: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "网格长",
            "网格责任人",
            "责任人",
            "负责人",
            "一级网格责任人",
            "一级网格长",
            "二级网格长",
            "二级网格责任人",
            "三级网格负责人",
            "三级网格长",
            "网格负责人",
        ),
        "grid_leader",
    ),
    **dict.fromkeys(("服务群众专员", "服务专员", "专员"), "service_commissioner"),
    **dict.fromkeys(("社工", "网格委员", "社区工作者"), "social_worker"),
    **dict.fromkeys(("专职委员",), "post_holder"),
    **dict.fromkeys(("注册志愿者", "志愿者"), "volunteer"),
    **dict.fromkeys(("网格居民代表", "居民代表"), "residents_representative"),
    **dict.fromkeys(
        ("网格领导小组成员", "领导小组成员", "街道网格领导小组成员", "社区网格领导小组成员"),
        "leading_group_member",
    ),
    **dict.fromkeys(
        ("网格化管理办公室", "网格办", "街道网格化管理办公室", "网格办工作人员"),
        "grid_office_staff",
    ),
}
LIKELY_ROLES: Mapping[str, str] = {
    **dict.fromkeys(("网格员", "专职网格员", "专职网格长", "社区网格员"), "social_worker"),
    **dict.fromkeys(
        ("兼职网格员", "楼栋长", "楼长", "单元长", "楼道长", "楼组长", "楼门长", "微网格员"),
        "volunteer",
    ),
    **dict.fromkeys(("微网格长", "片长", "网格组长", "片区长"), "grid_leader"),
    **dict.fromkeys(("社区书记", "书记", "主任"), "leading_group_member"),
}
"""What words that offices use in their own way may mean: proposed, never taken."""
ORGANISATION_KINDS: Mapping[str, str] = {
    **dict.fromkeys(("社区党组织", "党组织", "党委", "党总支", "党支部"), "party_organisation"),
    **dict.fromkeys(("居委会", "居民委员会", "社区居委会"), "residents_committee"),
    **dict.fromkeys(("公共服务站", "社区公共服务站", "服务站"), "public_service_station"),
    **dict.fromkeys(("综治办", "社区综治办"), "governance_office"),
    **dict.fromkeys(("业委会", "业主委员会"), "owners_committee"),
    **dict.fromkeys(("物业公司", "物业"), "property_company"),
    **dict.fromkeys(("社会组织",), "social_organisation"),
    **dict.fromkeys(("驻区单位",), "resident_unit"),
}
STATUSES: Mapping[str, str] = {
    **dict.fromkeys(("入住", "已入住", "在用", "已建成"), "occupied"),
    **dict.fromkeys(("在建", "建设中"), "under_construction"),
}
CATEGORIES: Mapping[str, str] = {
    "住宅": "dwelling",
    "门面": "shopfront",
    "公共": "public",
    "商业": "commercial",
    "餐饮": "restaurant",
    "杂货": "grocery",
    "药店": "pharmacy",
    "学校": "school",
    "企业": "enterprise",
    "银行": "bank",
    "机关": "government",
    "部队": "military",
    "医院": "hospital",
}
PARTY_MEMBERS: Mapping[str, str] = {
    **dict.fromkeys(("中共党员", "党员", "中共预备党员"), "yes"),
    **dict.fromkeys(("群众", "团员", "共青团员", "非党员", "民主党派"), "no"),
}
