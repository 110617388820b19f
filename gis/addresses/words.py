"""Tables of words: what Chinese addresses are made of.

Plain names only: provinces, prefecture-level cities, and the suffixes that say what a
piece of text is. Short forms stand without their suffix (``江苏`` for ``江苏省``).
"""

from __future__ import annotations


def words(text: str) -> tuple[str, ...]:
    """Return the words of a text: a table that reads as one.

    Examples
    --------
    >>> words("幢 栋 号楼")
    ('幢', '栋', '号楼')
    """
    return tuple(text.split())


MUNICIPALITIES = frozenset(words("北京 上海 天津 重庆"))

PROVINCES: dict[str, str] = {
    **{name: f"{name}市" for name in MUNICIPALITIES},
    **{
        name: f"{name}省"
        for name in [
            "河北",
            "山西",
            "辽宁",
            "吉林",
            "黑龙江",
            "江苏",
            "浙江",
            "安徽",
            "福建",
            "江西",
            "山东",
            "河南",
            "湖北",
            "湖南",
            "广东",
            "海南",
            "四川",
            "贵州",
            "云南",
            "陕西",
            "甘肃",
            "青海",
            "台湾",
        ]
    },
    "内蒙古": "内蒙古自治区",
    "广西": "广西壮族自治区",
    "西藏": "西藏自治区",
    "宁夏": "宁夏回族自治区",
    "新疆": "新疆维吾尔自治区",
    "香港": "香港特别行政区",
    "澳门": "澳门特别行政区",
}
PROVINCE_SUFFIXES = (
    "壮族自治区",
    "回族自治区",
    "维吾尔自治区",
    "自治区",
    "特别行政区",
    "省",
    "市",
)

_CITY_NAMES = """
石家庄 唐山 秦皇岛 邯郸 邢台 保定 张家口 承德 沧州 廊坊 衡水
太原 大同 阳泉 长治 晋城 朔州 晋中 运城 忻州 临汾 吕梁
呼和浩特 包头 乌海 赤峰 通辽 鄂尔多斯 呼伦贝尔 巴彦淖尔 乌兰察布
沈阳 大连 鞍山 抚顺 本溪 丹东 锦州 营口 阜新 辽阳 盘锦 铁岭 朝阳 葫芦岛
长春 吉林 四平 辽源 通化 白山 松原 白城
哈尔滨 齐齐哈尔 鸡西 鹤岗 双鸭山 大庆 伊春 佳木斯 七台河 牡丹江 黑河 绥化
南京 无锡 徐州 常州 苏州 南通 连云港 淮安 盐城 扬州 镇江 泰州 宿迁
杭州 宁波 温州 嘉兴 湖州 绍兴 金华 衢州 舟山 台州 丽水
合肥 芜湖 蚌埠 淮南 马鞍山 淮北 铜陵 安庆 黄山 滁州 阜阳 宿州 六安 亳州 池州 宣城
福州 厦门 莆田 三明 泉州 漳州 南平 龙岩 宁德
南昌 景德镇 萍乡 九江 新余 鹰潭 赣州 吉安 宜春 抚州 上饶
济南 青岛 淄博 枣庄 东营 烟台 潍坊 济宁 泰安 威海 日照 临沂 德州 聊城 滨州 菏泽 莱芜
郑州 开封 洛阳 平顶山 安阳 鹤壁 新乡 焦作 濮阳 许昌 漯河 三门峡 南阳 商丘 信阳 周口 驻马店 济源
武汉 黄石 十堰 宜昌 襄阳 鄂州 荆门 孝感 荆州 黄冈 咸宁 随州 仙桃 潜江 天门
长沙 株洲 湘潭 衡阳 邵阳 岳阳 常德 张家界 益阳 郴州 永州 怀化 娄底
广州 韶关 深圳 珠海 汕头 佛山 江门 湛江 茂名 肇庆 惠州 梅州 汕尾 河源 阳江 清远 东莞 中山
潮州 揭阳 云浮
南宁 柳州 桂林 梧州 北海 防城港 钦州 贵港 玉林 百色 贺州 河池 来宾 崇左
海口 三亚 三沙 儋州
成都 自贡 攀枝花 泸州 德阳 绵阳 广元 遂宁 内江 乐山 南充 眉山 宜宾 广安 达州 雅安 巴中 资阳
贵阳 六盘水 遵义 安顺 毕节 铜仁
昆明 曲靖 玉溪 保山 昭通 丽江 普洱 临沧
拉萨 日喀则 昌都 林芝 山南 那曲
西安 铜川 宝鸡 咸阳 渭南 延安 汉中 榆林 安康 商洛
兰州 嘉峪关 金昌 白银 天水 武威 张掖 平凉 酒泉 庆阳 定西 陇南
西宁 海东 银川 石嘴山 吴忠 固原 中卫
乌鲁木齐 克拉玛依 吐鲁番 哈密 石河子 阿拉尔 图木舒克 五家渠 北屯
台北 高雄 台中 台南 新北 桃园
"""
CITIES: dict[str, str] = {name: f"{name}市" for name in _CITY_NAMES.split()}
CITIES |= {name: f"{name}市" for name in MUNICIPALITIES}

_OTHER_PREFECTURES = """
兴安盟 锡林郭勒盟 阿拉善盟 延边朝鲜族自治州 大兴安岭地区 恩施土家族苗族自治州
湘西土家族苗族自治州 阿坝藏族羌族自治州 甘孜藏族自治州 凉山彝族自治州
黔西南布依族苗族自治州 黔东南苗族侗族自治州 黔南布依族苗族自治州 楚雄彝族自治州
红河哈尼族彝族自治州 文山壮族苗族自治州 西双版纳傣族自治州 大理白族自治州
德宏傣族景颇族自治州 怒江傈僳族自治州 迪庆藏族自治州 阿里地区 临夏回族自治州
甘南藏族自治州 海北藏族自治州 黄南藏族自治州 海南藏族自治州 果洛藏族自治州
玉树藏族自治州 海西蒙古族藏族自治州 昌吉回族自治州 博尔塔拉蒙古自治州
巴音郭楞蒙古自治州 阿克苏地区 克孜勒苏柯尔克孜自治州 喀什地区 和田地区
伊犁哈萨克自治州 塔城地区 阿勒泰地区
"""
PREFECTURES: tuple[str, ...] = tuple(_OTHER_PREFECTURES.split())

DISTRICTS_BY_CODE: dict[str, str] = {
    "320102": "玄武区",
    "320104": "秦淮区",
    "320105": "建邺区",
    "320106": "鼓楼区",
    "320111": "浦口区",
    "320113": "栖霞区",
    "320114": "雨花台区",
    "320115": "江宁区",
    "320116": "六合区",
    "320117": "溧水区",
    "320118": "高淳区",
}
"""The districts of Nanjing; elsewhere the name of the office's area must spell its district."""

FORMER_DISTRICTS: dict[str, str] = {"下关区": "鼓楼区"}
"""Districts that are no more and people still write; merged in Nanjing in 2013."""

# 区 that is no district: words that end so, and words that are no more than this.
NOT_A_DISTRICT = words(
    "小区 社区 园区 街区 校区 厂区 库区 工业区 别墅区 生活区 住宅区 景区 商业区 家属区 办公区 "
    "宿舍区 "
    "艺术区 院区 灾区 辖区 地区 片区 棚户区 安置区 开发区 高新区 保税区 示范区 度假区 "
    "产业区 物流区 加工区 试验区 实验区 创业区 商务区 服务区 管理区 合作区 名胜区 城镇区 展区 "
    "自治区 行政区 经开区"
)
TOO_SHORT_FOR_A_DISTRICT = frozenset(words("东区 西区 南区 北区 中区 老区 市区 山区 牧区 港区"))
ZONE_ENDINGS = words(
    "开发区 高新区 高新技术产业园区 工业园区 产业园区 科技园区 高科技园区 示范区 保税区 度假区 "
    "高教园区 大学城园区 软件园区 物流园区 出口加工区 试验区 工业区 商务区 管理区 合作区 风景区 "
    "名胜区 工业集中区 经开区 园区"
)

# What stands right after a road's name and makes the whole another thing's name.
INSTITUTIONS = words(
    "社区 小区 新村 小学 中学 大学 学校 幼儿园 派出所 支行 分理处 分行 营业部 营业厅 地铁站 车站 "
    "公交站 加油站 菜场 菜市场 农贸市场 卫生院 卫生所 医院 街道 店 花园 家园 商城 商场 大厦 大楼 "
    "广场 公园 市场 邮局 邮政 电影院 一小 二小 中心 苑 里小区 商业街 步行街 桥头"
)
NOT_AFTER_A_BARE_CITY = words(
    "路 街 大道 大街 道 巷 大学 学院 银行 饭店 宾馆 酒店 医院 烤鸭 商会 大厦 商城 电视 公园 村 "
    "里 弄 胡同 新村 小区 花园 大酒店 广场 国际 师范 理工 农业 站 火车站 机场 东站 南站 西站 北站"
)

STRONG_COMPOUND_ENDINGS = words(
    "小区 花园 公寓 新村 广场 大厦 大楼 家园 嘉园 花苑 新苑 佳苑 名苑 雅苑 华庭 豪庭 名邸 公馆 "
    "家属院 宿舍 山庄 别墅 新城 科技园 工业园 产业园 软件园 创业园 创意园 创新园 商务园 物流园 "
    "商城 "
    "购物中心 商务中心 国际中心 中心 市场 百货 商场 写字楼 办公楼 会所 酒店 宾馆 度假村 商厦 "
    "大酒店 "
    "医院 大学 学院 中学 小学 幼儿园 大院 胜景 名城 家苑 广厦 安置房 公租房 廉租房"
)
WEAK_COMPOUND_ENDINGS = words(
    "园 苑 城 里 庭 府 居 阁 湾 邸 郡 墅 轩 院 庄 港 国际 大厦 寓 坊 园区 厂 公司 天地 世家 之光 "
    "花城 名都 御景 壹号 时代 都市 南区 北区 东区 西区 中区 区 一期 二期 三期 四期 五期 期 站 "
    "塔 "
    "楼 宿舍楼 综合楼 服务楼 总部 基地 仓库 村 部 所 局 校 学校"
)
STALLS = (
    "市场",
    "商城",
    "广场",
    "大厦",
    "中心",
    "大楼",
    "商场",
    "百货",
    "商厦",
    "写字楼",
    "办公楼",
)
"""Compounds in which ``12号`` is a shop or a stall, not a building."""

QUALIFIERS = words(
    "斜对面 正对面 对面 对过 旁边 附近 隔壁 边上 后面 前面 后边 前边 背后 门口 东侧 西侧 南侧 北侧 "
    "东边 西边 南边 北边 东面 西面 南面 北面 之间 中间 一带 周边 周围 交叉口 "
    "交汇处 交界处 路口 十字路口 丁字路口 转角 拐角 "
    "东门 西门 南门 北门 大门 正门 后门 院内 楼下 楼上 以东 以西 以南 以北 旁 内 临街 沿街 "
    "东北角 西北角 东南角 西南角 口 交口 处 地段"
)
# 东门 and 楼下 are still at the place; these are not.
AWAY = words(
    "斜对面 正对面 对面 对过 旁边 旁 附近 隔壁 边上 后面 后边 背后 前面 前边 交叉口 交汇处 交界处 "
    "十字路口 丁字路口 路口 交口 转角 拐角 东侧 西侧 南侧 北侧 东边 西边 南边 北边 东面 西面 南面 "
    "北面 东北角 西北角 东南角 西南角 以东 以西 以南 以北 路东 路西 路南 路北 之间 中间 楼上 一带 "
    "周边 周围 公里 米"
)
"""What says that the spot is near and not at the place."""
FILLING = frozenset(
    words(
        "路 街 的 那个 这个 我家 家 那栋楼 那幢楼 这栋楼 那栋 那幢 那边 号 院 楼 地下室 地下 "
        "地下车库 市区"
    )
)
"""What says nothing of a place."""
SHOPFRONT_WORDS = words("门面房 门面 商铺 店面 店铺 门市房 门市 铺面 商业用房 营业房 车库 网点")
SUB_NUMBERS = ("附", "增", "临", "内")
"""What stands between a door plate and a number under it: 131号附3号."""
ROAD_TYPES = frozenset(words("路 街 大道 大街 道 公路 马路 村 自然村"))
"""What a road's name may be said without."""
OWN_NUMBERS = ("附", "增", "临", "自编")
"""What makes another number of a door plate when it stands before it: 临18号 is not 18号."""
LEAD_INS = words(
    "收货地址 联系地址 家庭住址 详细地址 注册地址 经营场所 住所地 地址 住址 住在 位于 家住 坐落于 "
    "坐落 我在 我住 收件地址 你好 您好 喂 请问一下 请问 麻烦问一下 麻烦问下 麻烦 我想问一下 "
    "我想问下 想问一下 "
    "问一下 问下 我家住在 我家住 我家在 我们家在 我们家住 家在 我家 我们家 就在 我是"
)
TALK_AFTER = words(
    "归谁管 归哪个网格管 归哪个网格 属于哪个网格 是哪个网格 在哪个网格 哪个网格 的网格员是谁 "
    "网格员是谁 的网格长是谁 "
    "网格长是谁 谁负责 谁管 怎么走 在哪里 在哪儿 在哪 在什么地方 这边 那边 这里 那里 这儿 那儿 "
    "那个 这个 那栋 "
    "这栋 那幢 里面 吗 呢 吧 啊 的 电联 请电联 代收 请代收 代收点 代收处 联系电话 电话联系"
)
JOINERS = "与和同近至在"

BUILDING_WORDS = words("号楼栋 号楼座 号楼 号栋 号幢 号座 楼栋 栋楼 幢楼 座楼 幢 栋 座 #楼 #栋 #幢")
"""Words for a building after its number; all are the same as 幢."""

# Behind a road's number these name the house, behind a compound's the building.
HOUSE_WORDS = words(
    "号住宅楼 号宿舍楼 号公寓楼 号商住楼 号办公楼 号综合楼 号教学楼 号实验楼 号商务楼 号管理用房 "
    "号厂房 "
    "号仓库 号车间 号别墅 号公寓"
)
SUFFIXES: dict[str, str] = {
    **dict.fromkeys(
        (
            *BUILDING_WORDS,
            *HOUSE_WORDS,
            *words("厂房 排 号库 号馆 #厂房 宿舍楼 教学楼"),
        ),
        "building",
    ),
    **dict.fromkeys(words("单元门 单元 号单元 门洞 门栋 门 梯 号梯"), "unit"),
    "号门": "gate",
    **dict.fromkeys(words("楼层 层楼 层 F层 F楼"), "floor"),
    "楼": "storey",
    **dict.fromkeys(
        words(
            "户室 号室 室号 室 号房间 房间 号房 房号 房 户 号铺位 号商铺 号店铺 号铺面 号铺 铺位 "
            "铺 号档口 "
            "号档 档口 档 号摊位 摊位 号柜台 号柜 号车位 号车库 号卡 卡 号工位 工位"
        ),
        "room",
    ),
    **dict.fromkeys(words("号 号院 号大院 号院内 号内 #"), "plate"),
    **dict.fromkeys(words("弄 支弄 号弄"), "lane"),
    **dict.fromkeys(words("巷 条巷 支巷 号巷"), "alley"),
    **dict.fromkeys(
        words(
            "路 街 大街 大道 大马路 马路 支路 国道 省道 县道 乡道 环路 号路 号街 号大街 号大道 "
            "号支路 "
            "号公路 道街 道 经路 纬路 条 胡同 环 线"
        ),
        "road",
    ),
    **dict.fromkeys(words("组 队 社 村民小组 小组 生产队 居民组 号组 大队"), "group"),
    **dict.fromkeys(words("期 区 号地块 地块 组团 街坊 村 小区 号小区 园 苑 期工程"), "part"),
    **dict.fromkeys(words("米 公里 KM M 千米 里地"), "distance"),
}
LONGEST_SUFFIX = max(map(len, SUFFIXES))
# A suffix is none where one of these follows: 3号线, 12路公交, 2门面.
BROKEN_BY: dict[str, tuple[str, ...]] = {
    "号": ("线", "店", "桥", "井", "码头", "公馆", "坑", "机场", "作品", "会馆", "矿"),
    "路": ("公交", "车", "站"),
    "号门": ("面", "市", "店", "诊", "口"),
    "门": ("面", "市", "诊", "窗", "店", "口"),
    "社": ("区", "会"),
    "区": ("域", "间"),
    "里": ("程",),
    "道": ("具", "路"),
    "线": ("路", "上", "下"),
    "环": ("保", "球", "境"),
    "队": ("伍",),
    "房": ("产", "地"),
    "层": ("次",),
    "户": ("外",),
    "座": ("谈",),
    "组": ("团", "织"),
    "期": ("货",),
    "村": ("镇",),
    "园": ("林", "区", "艺"),
    "条": ("件",),
    "卡": ("拉", "通"),
    "米": ("兰", "线", "其"),
    "街": ("道办",),
}

# Characters whose simplified form is never in doubt in an address.
_TRADITIONAL = (
    "區区縣县鎮镇鄉乡號号樓楼棟栋單单層层園园橋桥東东廣广場场廈厦門门龍龙寶宝陽阳陰阴華华業业學学臺台灣湾"
    "莊庄頭头舊旧國国際际長长馬马車车電电鐵铁銀银財财貿贸買买賣卖興兴榮荣聯联慶庆麗丽蘇苏滬沪寧宁漢汉溝沟"
    "嶺岭島岛濱滨澤泽湯汤濟济潤润灘滩無无與与書书時时會会曉晓條条楊杨極极構构歷历歸归氣气營营燈灯爾尔猶犹"
    "獅狮產产畫画異异當当發发盧卢眾众礦矿禮礼種种稅税穩稳競竞筆笔節节築筑籠笼糧粮純纯紅红紡纺綠绿緯纬經经"
    "總总織织繡绣義义習习聖圣腳脚膠胶艦舰藝艺藥药蘭兰處处蝦虾見见觀观訊讯設设許许診诊詩诗誠诚語语調调論论"
    "議议護护豐丰貝贝責责貨货貴贵費费資资賓宾賢贤贊赞趙赵躍跃軍军軒轩軟软輝辉輪轮轉转辦办農农運运過过達达"
    "遠远遷迁選选還还鄧邓鄭郑鄰邻醫医釀酿釣钓鋼钢錢钱錦锦鍋锅鎖锁鏡镜鐘钟鑄铸開开間间閘闸閣阁閩闽關关陝陕"
    "陳陈陸陆隊队險险雙双雜杂離离雲云霧雾靈灵靜静韓韩頁页順顺頤颐題题顏颜類类風风飛飞飯饭飲饮館馆駐驻駿骏"
    "驗验驛驿鬥斗魚鱼鮮鲜鳳凤鴻鸿鵬鹏鶴鹤鷹鹰麥麦黃黄齊齐齋斋龜龟億亿倉仓側侧偉伟備备傳传債债傑杰僑侨價价"
    "優优兒儿內内兩两冊册凍冻劃划劉刘創创動动務务勝胜勞劳勢势勵励勳勋匯汇協协衛卫參参員员問问啟启嘉嘉"
    "圍围圓圆圖图團团報报塊块塵尘壇坛壯壮壽寿夢梦奮奋婦妇孫孙實实審审對对導导屬属岡冈峽峡帥帅師师帶带"
    "幣币幫帮廟庙廠厂張张強强彈弹彙汇後后從从復复徵征德德態态應应懷怀戰战戲戏戶户掛挂採采揚扬搖摇擇择擔担"
    "據据擁拥擴扩攝摄數数敵敌斷断"
)
TRADITIONAL: dict[str, str] = {
    a: b for a, b in zip(_TRADITIONAL[::2], _TRADITIONAL[1::2], strict=True) if a != b
}
TRADITIONAL |= {"巿": "市", "衖": "弄", "瑱": "瑱"}
TRADITIONAL.pop("瑱")
