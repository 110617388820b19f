/** The list of plans: where a re-division begins. */

import { shell } from "./shell.js";

await shell({ title: { "zh-CN": "网格调整", en: "Re-division" }, current: "plans", needs: "planner" });
