/** The words of the shell that all pages for people share. */

import { put, spoken } from "./words.js";

const WORDS = {
  "zh-CN": {
    brand: "网格",
    pages: "页面",
    links: {
      map: "地图",
      desk: "查询",
      data: "资料",
      people: "人员",
      plans: "调整",
      audit: "记录",
      users: "账号",
    },
    roles: {
      public: "公众",
      staff: "工作人员",
      planner: "规划员",
      approver: "审批人",
      admin: "管理员",
    },
    signIn: "登录",
    signOut: "退出",
    account: "我的账号",
    signInFirst: "本页需要登录。",
    tooLow: "本页需要{0}权限，请联系管理员。",
    switchLanguage: "English",
    unreachable: "无法连接服务器，请检查网络后重试。",
    unexpected: "服务器返回了意外的结果（{0}），请稍后重试。",
  },
  en: {
    brand: "wangge",
    pages: "Pages",
    links: {
      map: "Map",
      desk: "Look up",
      data: "Data",
      people: "People",
      plans: "Re-divide",
      audit: "Record",
      users: "Accounts",
    },
    roles: {
      public: "public",
      staff: "staff",
      planner: "planner",
      approver: "approver",
      admin: "administrator",
    },
    signIn: "Sign in",
    signOut: "Sign out",
    account: "My account",
    signInFirst: "This page needs you to sign in.",
    tooLow: "This page needs the role of {0}: ask an administrator.",
    switchLanguage: "中文",
    unreachable: "The server cannot be reached. Check the network and try again.",
    unexpected: "Unexpected answer of the server ({0}). Try again later.",
  },
};

/**
 * @param {string} key
 * @param {...(string|number)} values stand where {0}, {1} … are
 * @returns {any}
 */
export function shellWord(key, ...values) {
  const found = WORDS[spoken()][key];
  return typeof found === "string" ? put(found, ...values) : found;
}
