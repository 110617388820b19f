/** The workbench's own words, in the two languages of the office. */

import { put, spoken } from "../core/words.js";

const WORDS = {
  "zh-CN": {
    title: "网格调整",
    editor: "调整工作台",
    mapOf: "调整方案地图。方向键移动，加减号缩放，0 显示全部。",
    levels: ["", "一级网格", "二级网格", "三级网格"],
    levelShort: ["", "一级", "二级", "三级"],
    levelNouns: ["", "社区", "小区", "楼栋群"],
    states: { draft: "草拟", submitted: "待审批", returned: "已退回", approved: "已批准", published: "已发布", withdrawn: "已撤回" },
    kinds: {
      community: "社区", compound: "小区", merged_compound: "合并小区", building_cluster: "楼栋群",
      shopfront_row: "门面房", dedicated: "专属网格", residual: "其他地块",
    },
    roles: {
      grid_leader: "网格长", leading_group_member: "领导小组成员", grid_office_staff: "网格办", service_commissioner: "服务群众专员",
      social_worker: "社工", post_holder: "专职委员", volunteer: "志愿者", residents_representative: "居民代表",
    },
    tools: {
      select: ["选择", "点选网格；按住 Shift 可多选。拖动移动地图。"],
      paint: ["涂划", "先选定目标网格，再在图上点、拖，把单元划进来。"],
      box: ["框选", "拖出方框：框内的单元划入目标网格。"],
      boundary: ["移界", "从一个网格按下，拖过边界，经过的单元随之划入。"],
      split: ["拆分", "选定网格后画一条线：逐点点击，双击或回车结束。"],
      cut: ["切单元", "点住一个没有楼栋挡住的单元，画线把它切成两块。"],
      measure: ["测量", "逐点点击量距离。"],
    },
    paintUnit: "每次划",
    units: { cells: "单元", grids: "整个三级网格", compounds: "整个二级网格" },
    target: "划入",
    noTarget: "请先点一个网格作为目标",
    pickTarget: "在图上点一个网格，它就是目标；再点、拖把单元划进来。按住 Alt 点可换目标。",
    undo: "撤销", redo: "重做",
    saved: "已保存", saving: "正在保存 {0} 步", offline: "连不上服务器：{0} 步已记在本机，联网后自动补交",
    signedOut: "登录已过期：{0} 步已记在本机", signIn: "重新登录", conflict: "与他人的修改冲突",
    tabs: { grid: "网格", findings: "问题", proposals: "建议", loads: "负担", steps: "步骤", review: "审核" },
    selectHint: "点选地图上的网格，可看户数、责任人，并修改名称、类别、上级。",
    selectWays: [["涂划 / 框选", "把楼栋所在单元划进另一个网格"], ["移界", "拖过边界，边界跟着走"], ["拆分 / 合并", "一分为二，或合并相邻网格"], ["建议", "由系统算出修复、分组、合并、均衡的办法，看了再采用"]],
    households: "户数", buildings: "楼栋", shops: "商铺", unitsCount: "单位", population: "常住人口", area: "面积", compactness: "紧凑度", parts: "块数", cells: "单元",
    before: "原", now: "现", leader: "网格长", noLeader: "暂无",
    name: "名称", kind: "类型", grade: "等级", grid_class: "类别", parent: "上级网格", expectedParts: "预期块数",
    none: "未定", classes: { 甲: "甲 商品房", 乙: "乙 保障房", 丙: "丙 混合" }, grades: { A: "A 示范", B: "B 达标", C: "C 一般" },
    save: "保存", cancel: "取消", close: "关闭", ok: "确定", remove: "移除",
    lock: "锁定", unlock: "解锁", lockedNote: "已锁定：不能改动它的单元、名称、类型和上级。",
    retire: "废止此网格…", retireTitle: "废止“{0}”", retireInto: "其单元并入",
    assign: "指定责任人…", assignTitle: "为“{0}”指定责任人", role: "职务", searchPeople: "输入姓名查找", instead: "接替（原任随之卸任）", insteadNobody: "不接替他人", insteadAll: "接替该职务的所有人", since: "自（空为生效日）", currentLoad: "现负责 {0} 户 · {1} 个网格", unassign: "卸任", noPeople: "没有找到", alreadyHolds: "现任",
    mergeTitle: "合并 {0} 个网格", mergeInto: "保留（编号不变）", mergeName: "合并后名称", merge: "合并", mergeHint: "其余网格废止，责任与单元并入保留的网格。", selected: "已选 {0} 个", clearSelection: "取消选择",
    create: "新建网格…", createTitle: "新建三级网格", createHint: "在图上点或框选单元，加入新网格。", createPick: "已选 {0} 个单元、{1} 户", createParent: "上级网格", createFromGrids: "新建上级网格…",
    splitHint: "在图上画线拆分", splitNewName: "新网格的名称", splitStraddle: "跨线的三级网格", straddles: { majority: "归多数一侧", split: "一并拆开" }, splitCells: "线上的单元", cellWays: { whole: "整个归一侧", cut: "沿线切开", through: "连楼栋一起切开（长排门面房）" }, through: "可切穿楼栋（长排门面房）",
    splitOk: "按此线拆分", lineHint: "点击添加，双击或回车完成，Esc 取消", lineShort: "线太短：至少两点",
    cutOk: "切开",
    findingSeverity: { hard: "必须解决", soft: "应当解决", note: "提示" },
    findingsFilter: { open: "待解决", touched: "本方案涉及", waived: "已豁免", note: "提示" },
    noFindings: "没有这一类问题。", allFindings: "列出全部 {0} 个问题", rules: "本单位的规则：小区不少于 {0} 户；楼栋群 {1} 栋；门面房 {2} 户；网格长负担不超过同级中位数的 {3} 倍。", zoomThere: "定位", waive: "豁免…", unwaive: "取消豁免", solve: "求解",
    waiveTitle: "豁免：{0}", waiveReason: "豁免理由（记录在案，署名 {0}）", waivedBy: "{1} 豁免：{0}",
    searchFindings: "按名称或编号筛选",
    proposalKinds: { repair: "修复", clusters: "分成 3–5 栋一组", merge_under: "合并不足 300 户", balance: "均衡户数", balance_leaders: "均衡网格长" },
    proposalNotes: {
      repair: "改动最少地修好栋数、户数不合规则的网格。", clusters: "把一个小区的楼栋重新分成 3–5 栋一组，总距离最短。",
      merge_under: "在同一社区内把不足 300 户的小区与邻近小区或企业合并。", balance: "在同一小区的楼栋群之间，或同一社区的小区之间均衡户数。", balance_leaders: "网格不变，把整个网格改由相邻网格的网格长负责，使同一社区、同一级网格长的户数相当。",
    },
    scope: "范围", scopeWhole: "整个街道", scopeSelected: "所选网格（{0}）", run: "计算", running: "正在计算", stop: "取消计算", stopped: "已取消", take: "采用所选（{0}）", dismiss: "放弃", foundParts: "{0} 项建议，可只采用一部分",
    gap: "与最优相差不超过 {0}", proven: "已证明最优", solves: "解决 {0} 个问题", makes: "新增 {0} 个问题", handsOver: "移交 {0} 户、{1} 栋", nothingFound: "没有可用的建议。", nothingToBalance: "这些网格的户数已大致相当，移动楼栋没有帮助。如果一人负责多个网格，请用“均衡网格长”。", nothingToRelieve: "这些网格长负责的户数已大致相当，或换人没有帮助；可先拆分最大的网格。", impossible: "做不到的：", outdatedJob: "方案在计算后有改动，请重新计算。", needsOne: "请先在图上选一个网格。",
    timeLimit: "最长用时（秒）", preview: "图上阴影为建议划入的单元",
    loadsNone: "责任人的负担没有变化。", loadPerson: "责任人", loadBefore: "原户数", loadAfter: "现户数", loadGrids: "网格",
    stepsNone: "还没有改动。", stepsDone: "已做 {0} 步", stepsUndone: "已撤销 {0} 步（可重做）", backTo: "退回到这一步", copyHere: "从此处另存", stepMore: "只列出最近 200 步", stepAll: "列出全部 {0} 步",
    live: { grids: "变动网格", new: "新增", retired: "废止", moved: "移交户数", buildings: "楼栋", leaders: "涉及责任人", issues: "问题" },
    impact: "影响表", exportImport: "导入导出", exports: { geojson: "网格 GeoJSON", gpkg: "GeoPackage", xlsx: "表格 XLSX", cells: "单元 GeoJSON" }, importTitle: "导入方案", importHint: "CSV / XLSX / JSON（单元→网格编号），或 GeoJSON 多边形（落到单元上）。", importFormat: "文件内容", importFormats: { cells: "单元归属表", geojson: "多边形 GeoJSON" }, datum: "坐标系", datums: { wgs84: "WGS84（GPS）", cgcs2000: "CGCS2000（天地图）", gcj02: "GCJ-02（高德、腾讯）", bd09: "BD-09（百度）" },
    importNoFile: "请先选择文件。", draftDoubts: "起草时存疑的楼栋（{0}）", importTry: "先试算", importDo: "导入", importWould: "将有 {0} 个单元改变归属。", doubts: "存疑 {0} 处", noDoubts: "没有存疑之处。",
    compare: "对比", swipe: "前后对比", swipeLeft: "调整前", swipeRight: "调整后", swipeHandle: "左右拖动对比前后",
    poster: "垫图", posterTitle: "垫在下面的扫描图", posterHint: "图片只留在本浏览器，不会上传。", posterPick: "选择图片…", posterMove: "摆放", posterDone: "摆好了", posterOpacity: "浓淡", posterTurn: "旋转", posterSize: "大小", posterTwo: "两点对齐", posterTwoSteps: ["点图上一处", "再点它在地图上的位置", "点图上另一处", "再点它在地图上的位置"], posterDrag: "在地图上拖动，图片随之移动；滚轮缩放地图。", posterRemove: "移除", posterNoPicture: "浏览器打不开这个文件：请用 PNG 或 JPEG 扫描件，边长不超过 16000 像素。", posterTooLarge: "图片太大（{0} × {1} 像素）：请缩小到 2.5 亿像素以内再选。",
    layers: "图层", layerCells: "单元线", layerNames: "名称", layerChanges: "改动阴影", zoomIn: "放大", zoomOut: "缩小", zoomAll: "全图",
    review: {
      submit: "送审", submitNote: "说明（可不填）", blocked: "还有 {0} 个问题要先解决或豁免", canSubmit: "没有未处理的硬性问题，可以送审。", comments: "意见", comment: "写意见", send: "发表", atGrid: "关于 {0}",
      approve: "批准", return: "退回", returnReason: "退回理由", approveOther: "送审人不能批准自己的方案，请由另一人审批。", approveNote: "批示（可不填）",
      notice: "公示", noticeFrom: "公示开始", noticeUntil: "公示结束", noticeText: "公示说明", noticeContact: "联系方式", noticePut: "发出公示", noticeDown: "撤下公示", noticeOpen: "打开公示页",
      publish: "发布", scheduled: "第 {0} 版已定于 {1} 生效，本次不能早于该日。", effective: "生效日期", publishReason: "发布说明", publishDo: "发布为新的网格划分", published: "已发布为第 {0} 版，{1} 起生效", withdraw: "撤回方案",
      by: "{0} · {1}", steps: ["草拟", "送审", "批准", "公示", "发布"], optional: "可不做", waiting: "等待审批人审批。", noRight: "您的账号不能执行下一步。",
      confirmPublish: "发布后，新的划分自 {0} 起生效，编号同时发放或废止。要恢复原样只能再发布一版。", confirmWithdraw: "撤回后不能再编辑；步骤仍保留在记录中。",
    },
    conflictTitle: "他人已修改这份方案", conflictText: "在您上次同步之后，{0} 做了 {1} 步修改。您有 {2} 步尚未交上。", conflictCells: "双方都动过的单元", conflictSteps: "对方的修改", mineSteps: "您未交的修改",
    conflictWays: { mine: ["保留我的", "在对方的修改之后，再做我的这几步"], theirs: ["保留对方的", "放弃我未交的这几步"], copy: ["另存为新方案", "我的修改存成另一份方案"] },
    outdatedTitle: "网格划分已有新版", outdatedText: "方案依据第 {0} 版，现在已有第 {1} 版。", outdatedFree: "两边没有碰到同样的网格，发布时会自动带过去。", outdatedSettle: "处理…", outdatedMine: "我的方案", outdatedTheirs: "新的划分", outdatedCells: "这些网格的单元",
    outdatedWays: { mine: "方案移到新版划分上，上列网格以方案为准；退回草拟，须重新送审", theirs: "方案移到新版划分上，上列网格以新划分为准；退回草拟，须重新送审", copy: "先另存一份，本方案不动" }, rebased: "方案已移到第 {0} 版划分上，请核对后重新送审。", stateNow: "方案现为“{0}”。",
    refused: "这一步没有做成：{0}", newerLoaded: "已载入他人的修改。", readOnly: "方案处于“{0}”，不能编辑。", lost: "已取回上次未交的 {0} 步。",
    copyOf: "复制方案", copied: "已另存为新方案", rename: "改标题", reason: "事由", planTitle: "标题",
    list: {
      new: "新建方案", fromNothing: "从头划分", compare: "对比", history: "划分历史", none: "还没有方案。", base: "依据", baseOf: "第 {0} 版", nothingBase: "从头划分", steps: "{0} 步", changed: "改动于 {0}", titleHint: "如：二村新寓与邻近小区合并", reasonHint: "如：户数降至 300 户以下", begin: "开始编辑", versions: "版本", inForce: "现行", scheduled: "待生效", superseded: "未生效即被取代", restore: "恢复到此版…", restoreTitle: "恢复到第 {0} 版", restoreText: "将以这一版的内容发布一个新版本；原有版本都保留。", restoreReason: "恢复理由", effective: "生效日期", until: "至 {0}", fromPlan: "来自方案", fromPlanNamed: "来自方案“{0}”", left: "左", right: "右", doCompare: "并排对比", all: "全部（不含已撤回）", filter: "状态", published: "发布", more: "更多方案", open: "打开", restored: "已发布第 {0} 版，{1} 起生效。",
    },
    start: {
      title: "从头划分", lead: "只有楼栋清单和墙上的挂图，也能起步：按楼栋表先划出初稿，存疑的楼栋列出来，由您在图上改正。", steps: ["楼栋位置", "楼栋表", "界线", "起草"],
      buildings: "楼栋位置（GeoJSON 点或轮廓）", buildingsHint: "系统里已有楼栋时可以不传。", table: "楼栋表（CSV 或 XLSX）", tableHint: "列：楼栋、三级网格、二级网格、社区（building、cluster、compound、community）。", outline: "街道界线（GeoJSON，可不传）", outlineHint: "不传时以楼栋外扩 60 米为界。", code: "街道代码", datum: "以上文件的坐标系（必选）", poster: "挂图扫描件（可不传，只留在本浏览器）", draft: "起草初稿", doubts: "有 {0} 处存疑", noDoubts: "每栋楼都落到了网格里。", open: "到工作台改正", rows: "{0} 行", missing: "缺少列：{0}", example: "下载表样",
    },
    sheet: {
      what: "变化", title: "影响表", compareTitle: "方案对比", from: "调整前", to: "调整后", summary: "概况", matrix: "住户去向（旧网格 → 新网格）", places: "变更网格的楼栋、商铺与单位", handovers: "责任人交接", codes: "编号", newCodes: "新发编号", retiredCodes: "废止编号", successors: "由 {0} 继承", duties: "任职变化", dutyChange: { ends: "卸任", begins: "新任", passes: "随网格转移" }, grids: "变动的网格", change: { new: "新增", retired: "废止", boundary: "边界", attributes: "属性", parent: "上级", renumbered: "换号", name: "名称", code: "编号", kind: "类型", members: "成员", grade: "等级", class: "类别", grid_grade: "等级", grid_class: "类别", households: "户数", expected_parts: "块数" }, xlsx: "下载 XLSX", pdf: "下载 PDF", print: "打印", nothing: "没有变化。", nobody: "（无）", share: "占比", dataDate: "数据日期 {0}", back: "回到工作台", level: "级别", place: "名称", address: "地址", people: "移交人", receiver: "接收人", more: "显示全部 {0} 行", placeKinds: { building: "楼栋", business: "商铺", resident_unit: "单位" },
    },
    notice: { title: "网格调整公示", period: "公示期 {0} 至 {1}", contact: "联系方式", effective: "拟自 {0} 起施行", note: "示意图，不作为权属和划界依据", rounded: "户数取整到十户。", none: "没有公示，或公示期已过。", zoom: "放大查看前后变化", moved: "约 {0} 户的网格有变化。" },
    n: { h: "{0} 户", b: "{0} 栋楼", s: "{0} 家商铺", g: "{0} 格" },
    synthetic: "合成示例", loading: "正在载入…", km2: "{0} 公顷", m2: "{0} m²", percent: "{0}%", people: "{0}",
    keys: "快捷键", keyList: [["V", "选择"], ["P", "涂划"], ["R", "框选"], ["B", "移界"], ["S", "拆分"], ["C", "切单元"], ["1 2 3", "切换级别"], ["Ctrl+Z", "撤销"], ["Ctrl+Shift+Z", "重做"], ["空格+拖", "移动地图"], ["G", "设所选为目标"], ["F", "下一个问题"], ["Esc", "取消"], ["?", "本列表"]],
    unsaved: "还有 {0} 步在路上，已记在本机。", dismissAll: "知道了", phoneEdit: "手机上可查看、处理问题、审批；编辑请用电脑。", more: "更多",
    today: "今天", and: "、", colon: "：", arrow: "→",
  },
};
WORDS.en = {
  ...WORDS["zh-CN"],
  title: "Re-division",
  editor: "Workbench",
  mapOf: "Map of the plan. Arrow keys move, plus and minus zoom, 0 shows all.",
  levels: ["", "level-1 grid", "level-2 grid", "level-3 grid"],
  levelShort: ["", "L1", "L2", "L3"],
  levelNouns: ["", "community", "compound", "cluster"],
  states: { draft: "draft", submitted: "submitted", returned: "returned", approved: "approved", published: "published", withdrawn: "withdrawn" },
  kinds: { community: "community", compound: "compound", merged_compound: "merged compound", building_cluster: "building cluster", shopfront_row: "shopfront row", dedicated: "dedicated grid", residual: "other ground" },
  roles: { grid_leader: "grid leader", leading_group_member: "leading group", grid_office_staff: "grid office", service_commissioner: "service commissioner", social_worker: "social worker", post_holder: "post holder", volunteer: "volunteer", residents_representative: "residents' representative" },
  tools: {
    select: ["Select", "Click a grid; Shift adds. Drag moves the map."], paint: ["Paint", "Choose the grid that grows, then click or drag cells into it."], box: ["Box", "Drag a box: the cells in it go into the chosen grid."],
    boundary: ["Boundary", "Press in one grid and drag across its boundary: cells you cross join it."], split: ["Split", "Choose a grid and draw a line: click points, double-click or Enter ends."],
    cut: ["Cut cell", "Draw a line across one cell without a building in the way."], measure: ["Measure", "Click points."],
  },
  paintUnit: "Paint", units: { cells: "cells", grids: "whole level-3 grids", compounds: "whole level-2 grids" },
  target: "into", noTarget: "First click the grid that is to grow", pickTarget: "Click a grid: it becomes the target. Then click or drag cells into it. Alt-click takes another target.",
  undo: "Undo", redo: "Redo", saved: "Saved", saving: "Saving {0} step(s)", offline: "No connection: {0} step(s) are kept here and sent when it is back", signedOut: "Signed out: {0} step(s) are kept here", signIn: "Sign in again", conflict: "Conflict with somebody's change",
  tabs: { grid: "Grid", findings: "Findings", proposals: "Proposals", loads: "Load", steps: "Steps", review: "Review" },
  selectHint: "Click a grid on the map to see its figures and people and to change its name, kind or parent.",
  selectWays: [["Paint / Box", "cells of buildings go into another grid"], ["Boundary", "drag across it, it follows"], ["Split / Merge", "one into two, or neighbours into one"], ["Proposals", "computed repairs, clusters, merges and balances, shown before taken"]],
  households: "Households", buildings: "Buildings", shops: "Shops", unitsCount: "Units", population: "Residents", area: "Area", compactness: "Compactness", parts: "Pieces", cells: "Cells", before: "was", now: "now", leader: "Leader", noLeader: "none",
  name: "Name", kind: "Kind", grade: "Grade", grid_class: "Class", parent: "Parent", expectedParts: "Expected pieces", none: "none",
  classes: { 甲: "甲 commercial", 乙: "乙 social housing", 丙: "丙 mixed" }, grades: { A: "A demonstration", B: "B up to standard", C: "C ordinary" },
  save: "Save", cancel: "Cancel", close: "Close", ok: "OK", remove: "Remove", lock: "Lock", unlock: "Unlock", lockedNote: "Locked: cells, name, kind and parent cannot change.",
  retire: "Retire this grid…", retireTitle: "Retire “{0}”", retireInto: "Its cells go into",
  assign: "Assign somebody…", assignTitle: "Assign to “{0}”", role: "Role", searchPeople: "Type a name", instead: "Instead of (whose duty ends)", insteadNobody: "nobody", insteadAll: "all in this role", since: "From (empty: the effective date)", currentLoad: "{0} households · {1} grids now", unassign: "End duty", noPeople: "Nobody found", alreadyHolds: "in office",
  mergeTitle: "Merge {0} grids", mergeInto: "Keep (its code stays)", mergeName: "Name afterwards", merge: "Merge", mergeHint: "The others are retired; cells and duties pass on.", selected: "{0} selected", clearSelection: "Clear",
  create: "New grid…", createTitle: "New level-3 grid", createHint: "Click or box cells on the map.", createPick: "{0} cells, {1} households", createParent: "Parent", createFromGrids: "New grid above…",
  splitHint: "Draw a line on the map", splitNewName: "Name of the new grid", splitStraddle: "Level-3 grids on the line", straddles: { majority: "to the larger side", split: "split them too" }, splitCells: "Cells on the line", cellWays: { whole: "stay whole", cut: "cut along it", through: "cut, through buildings too (long rows of shops)" }, through: "through buildings too (long rows of shops)", splitOk: "Split here", lineHint: "Click adds, double-click or Enter ends, Esc cancels", lineShort: "Too short: two points at least", cutOk: "Cut",
  findingSeverity: { hard: "must be solved", soft: "should be solved", note: "note" }, findingsFilter: { open: "Open", touched: "Touched here", waived: "Waived", note: "Notes" }, allFindings: "Show all {0} findings", rules: "Rules of this office: compounds of at least {0} households; clusters of {1} buildings; rows of {2} shops; leaders up to {3} times the median of their level.", noFindings: "Nothing of this kind.", zoomThere: "Show", waive: "Waive…", unwaive: "Take waiver back", solve: "Solve", waiveTitle: "Waive: {0}", waiveReason: "Reason (recorded with the name {0})", waivedBy: "Waived by {1}: {0}", searchFindings: "Filter by name or code",
  proposalKinds: { repair: "Repair", clusters: "Divide into 3–5", merge_under: "Merge under 300", balance: "Even out grids", balance_leaders: "Even out leaders" },
  proposalNotes: { repair: "Mends grids of wrong size with the fewest hand-overs.", clusters: "Divides a compound into clusters of 3–5 buildings, shortest distances.", merge_under: "Merges compounds under 300 households with neighbours of the same community.", balance: "Evens out households between the clusters of a compound, or the compounds of a community.", balance_leaders: "Grids stay as they are: whole grids pass to the leader of a neighbour, until the leaders of a level in a community have about as many households." },
  scope: "Where", scopeWhole: "Whole subdistrict", scopeSelected: "Selected ({0})", run: "Compute", running: "Computing", stop: "Cancel", stopped: "Cancelled", take: "Take selected ({0})", dismiss: "Dismiss", foundParts: "{0} proposals; take any part", gap: "within {0} of the optimum", proven: "proven optimum", solves: "solves {0}", makes: "makes {0}", handsOver: "{0} households, {1} buildings change hands", nothingToBalance: "These grids are about even already; moving buildings does not help. If one person leads several, even out leaders.", nothingToRelieve: "These leaders look after about as many households already, or changing leaders does not help; split the largest grid first.", nothingFound: "Nothing to propose.", impossible: "Impossible:", outdatedJob: "The plan has changed since: compute again.", needsOne: "Select a grid on the map first.", timeLimit: "Time limit (s)", preview: "Shaded: cells that would move",
  loadsNone: "Nobody's load changes.", loadPerson: "Person", loadBefore: "Before", loadAfter: "After", loadGrids: "Grids",
  stepsNone: "Nothing changed yet.", stepsDone: "{0} steps", stepsUndone: "{0} undone", backTo: "Back to here", copyHere: "Copy from here", stepAll: "Show all {0} steps", stepMore: "The last 200 steps",
  live: { grids: "Grids changed", new: "New", retired: "Retired", moved: "Households handed over", buildings: "Buildings", leaders: "Leaders concerned", issues: "Findings" },
  impact: "Impact", exportImport: "Import, export", exports: { geojson: "Grids GeoJSON", gpkg: "GeoPackage", xlsx: "Tables XLSX", cells: "Cells GeoJSON" }, importTitle: "Import a plan", importHint: "CSV / XLSX / JSON (cell → grid code), or GeoJSON polygons (snapped to cells).", importFormat: "The file holds", importFormats: { cells: "cells and their grids", geojson: "polygons" }, datum: "Datum", datums: { wgs84: "WGS84 (GPS)", cgcs2000: "CGCS2000", gcj02: "GCJ-02 (Gaode, Tencent)", bd09: "BD-09 (Baidu)" }, importNoFile: "Choose a file first.", draftDoubts: "Buildings in doubt when it was drafted ({0})", importTry: "Try first", importDo: "Import", importWould: "{0} cells would change grid.", doubts: "{0} in doubt", noDoubts: "Nothing in doubt.",
  compare: "Compare", swipe: "Before and after", swipeLeft: "before", swipeRight: "after", swipeHandle: "Drag to compare before and after",
  poster: "Poster", posterTitle: "A scan underneath", posterHint: "The picture stays in this browser.", posterPick: "Choose picture…", posterMove: "Place it", posterDone: "Placed", posterOpacity: "Strength", posterTurn: "Turn", posterSize: "Size", posterTwo: "Align by two points", posterTwoSteps: ["Click a spot of the picture", "Click where it belongs", "Click another spot of the picture", "Click where it belongs"], posterDrag: "Drag the map: the picture follows. The wheel zooms the map.", posterRemove: "Remove", posterNoPicture: "The browser cannot open this file: take a scan as PNG or JPEG with sides of at most 16,000 pixels.", posterTooLarge: "The picture is too large ({0} × {1} pixels): make it smaller than 250 million pixels first.",
  layers: "Layers", layerCells: "Cell lines", layerNames: "Names", layerChanges: "Shade changes", zoomIn: "Zoom in", zoomOut: "Zoom out", zoomAll: "Show all",
  review: {
    submit: "Submit", submitNote: "Note (optional)", blocked: "{0} findings to solve or waive first", canSubmit: "Nothing stands in the way of submitting.", comments: "Comments", comment: "Comment", send: "Send", atGrid: "on {0}", approve: "Approve", return: "Return", returnReason: "Reason", approveOther: "Who submitted a plan cannot approve it: ask another person.", approveNote: "Note (optional)",
    notice: "Public notice", noticeFrom: "From", noticeUntil: "Until", noticeText: "Text", noticeContact: "Contact", noticePut: "Put up", noticeDown: "Take down", noticeOpen: "Open the notice", publish: "Publish", scheduled: "Version {0} is scheduled for {1}: not before that day.", effective: "Effective from", publishReason: "Note", publishDo: "Publish as the new division", published: "Published as version {0}, effective {1}", withdraw: "Withdraw", by: "{0} · {1}", steps: ["Draft", "Submit", "Approve", "Notice", "Publish"], optional: "optional", waiting: "Waiting for an approver.", noRight: "Your account cannot take the next step.", confirmPublish: "The new division is in force from {0}; codes are issued and retired. Only another version can undo it.", confirmWithdraw: "It cannot be edited afterwards; its steps stay on record.",
  },
  conflictTitle: "Somebody changed this plan", conflictText: "Since you last synchronised, {0} made {1} step(s). {2} of yours are not sent yet.", conflictCells: "Cells both touched", conflictSteps: "Their changes", mineSteps: "Yours, unsent",
  conflictWays: { mine: ["Keep mine", "after theirs, do my steps again"], theirs: ["Keep theirs", "give my unsent steps up"], copy: ["Copy as a new plan", "my changes become another plan"] },
  outdatedTitle: "The division has moved on", outdatedText: "The plan is based on version {0}; version {1} is stored now.", outdatedFree: "Nothing overlaps: the plan is carried over when published.", outdatedSettle: "Settle…", outdatedMine: "My plan", outdatedTheirs: "New division", outdatedCells: "Cells of these grids",
  outdatedWays: { mine: "the plan moves onto the new version, the grids above as the plan has them; it is a draft again", theirs: "the plan moves onto the new version, the grids above as the new division has them; it is a draft again", copy: "a copy first, this plan stays as it is" }, rebased: "The plan stands on version {0} now: look at it and submit it again.", stateNow: "The plan is {0} now.",
  refused: "Not done: {0}", newerLoaded: "Somebody's changes were loaded.", readOnly: "The plan is {0} and cannot be edited.", lost: "{0} unsent step(s) of last time were taken up again.",
  copyOf: "Copy plan", copied: "Copied", rename: "Rename", reason: "Reason", planTitle: "Title",
  list: { new: "New plan", fromNothing: "Start from nothing", compare: "Compare", history: "Divisions", none: "No plans yet.", base: "Base", baseOf: "version {0}", nothingBase: "from nothing", steps: "{0} steps", changed: "changed {0}", titleHint: "e.g. Merge two compounds", reasonHint: "e.g. fell under 300 households", begin: "Begin", versions: "Versions", inForce: "in force", scheduled: "scheduled", superseded: "replaced before it began", restore: "Restore…", restoreTitle: "Restore version {0}", restoreText: "Publishes a new version with this content; all versions are kept.", restoreReason: "Reason", effective: "Effective from", until: "until {0}", fromPlan: "from a plan", fromPlanNamed: "from “{0}”", left: "Left", right: "Right", doCompare: "Compare", all: "all but withdrawn", filter: "State", published: "published", more: "More plans", open: "Open", restored: "Version {0} published, effective {1}." },
  start: { title: "Start from nothing", lead: "A list of buildings and a poster are enough: a first draft is made from the table, doubtful buildings are listed, you correct them on the map.", steps: ["Buildings", "Table", "Outline", "Draft"], buildings: "Buildings (GeoJSON points or footprints)", buildingsHint: "Not needed when the store has them.", table: "Table (CSV or XLSX)", tableHint: "Columns: building, cluster, compound, community.", outline: "Outline (GeoJSON, optional)", outlineHint: "Without it: the buildings and 60 m around.", code: "Code of the subdistrict", datum: "Datum of these files (required)", poster: "Scanned poster (optional, stays in this browser)", draft: "Make the draft", doubts: "{0} in doubt", noDoubts: "Every building found its grid.", open: "Correct at the workbench", rows: "{0} rows", missing: "Missing columns: {0}", example: "Download a sample table" },
  sheet: { what: "Change", title: "Impact", compareTitle: "Comparison", from: "Before", to: "After", summary: "Summary", matrix: "Old → new grids", places: "Buildings, shops and units that change grid", handovers: "Hand-overs", codes: "Codes", newCodes: "New codes", retiredCodes: "Retired codes", successors: "succeeded by {0}", duties: "Duties", dutyChange: { ends: "ends", begins: "begins", passes: "passes on" }, grids: "Changed grids", change: { new: "new", retired: "retired", boundary: "boundary", attributes: "attributes", parent: "parent", renumbered: "renumbered", name: "name", code: "code", kind: "kind", members: "members", grade: "grade", class: "class", grid_grade: "grade", grid_class: "class", households: "households", expected_parts: "pieces" }, xlsx: "XLSX", pdf: "PDF", print: "Print", nothing: "Nothing changes.", nobody: "(nobody)", share: "share", dataDate: "Data of {0}", back: "Back to the workbench", level: "Level", place: "Name", address: "Address", people: "From", receiver: "To", more: "Show all {0} rows", placeKinds: { building: "building", business: "shop", resident_unit: "unit" } },
  notice: { title: "Public notice", period: "From {0} until {1}", contact: "Contact", effective: "Planned from {0}", note: "Sketch map, no proof of rights or boundaries", rounded: "Households rounded to ten.", none: "There is no notice, or its time is over.", zoom: "Zoom to the changes", moved: "About {0} households change grid." },
  n: { h: "{0} households", b: "{0} buildings", s: "{0} shops", g: "{0} grids" },
  synthetic: "synthetic sample", loading: "Loading…", km2: "{0} ha", m2: "{0} m²", keys: "Keys",
  keyList: [["V", "select"], ["P", "paint"], ["R", "box"], ["B", "boundary"], ["S", "split"], ["C", "cut cell"], ["1 2 3", "level"], ["Ctrl+Z", "undo"], ["Ctrl+Shift+Z", "redo"], ["Space+drag", "move the map"], ["G", "selected as target"], ["F", "next finding"], ["Esc", "cancel"], ["?", "this list"]],
  unsaved: "{0} step(s) are on their way, kept here.", dismissAll: "Close", phoneEdit: "On a phone: view, settle findings, approve. Edit on a computer.", more: "More", today: "today", and: ", ", colon: ": ",
};

/**
 * @param {string} path such as `review.submit`
 * @param {...(string|number)} values stand where {0}, {1} … are
 * @returns {any}
 */
export function word(path, ...values) {
  let found = WORDS[spoken()] ?? WORDS["zh-CN"];
  for (const part of path.split(".")) found = found?.[part];
  return typeof found === "string" ? put(found, ...values) : found;
}

/** The reader's language of a text that came in both. */
export function said(text) {
  if (!text) return "";
  return typeof text === "string" ? text : (spoken() === "en" ? text.en : text.zh) ?? text.zh ?? "";
}

/** A text that names the usual sizes, with the sizes of this office. */
export function ofRules(text, { buildings, least_households: least }) {
  return text.replace(/3–5/g, buildings.join("–")).replace(/300/g, String(least));
}

/** A number as the reader writes it. */
export function figure(value) {
  return value === null || value === undefined ? "–" : Number(value).toLocaleString(spoken());
}

export function area(m2) {
  return m2 >= 20000 ? word("km2", (m2 / 10000).toLocaleString(spoken(), { maximumFractionDigits: 1 })) : word("m2", figure(Math.round(m2)));
}

/** A time of the service in the reader's way. */
export function moment(text) {
  return text ? new Date(text).toLocaleString(spoken(), { dateStyle: "medium", timeStyle: "short", timeZone: "Asia/Shanghai" }) : "";
}
