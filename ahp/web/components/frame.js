// What holds for the page as a whole: its language, tables that the keyboard can scroll, and a
// notice while there is no connection, on which Streamlit would put a dialog of its own over the page.

let timer

function reachScrolledTables() {
  for (const table of document.querySelectorAll(".stTable, .stTable div, .ahp-table")) {
    const scrolled =
      table.scrollWidth > table.clientWidth && getComputedStyle(table).overflowX !== "visible"
    if (scrolled) table.tabIndex = 0
    else table.removeAttribute("tabindex")
  }
}

export default function ({ data, parentElement }) {
  if (data.go) location.assign(data.go)
  document.documentElement.lang = data.language
  if (data.cookie) {
    const secure = location.protocol === "https:" ? "; secure" : ""
    document.cookie =
      `${data.cookie}=${data.language}; path=/; max-age=31536000; samesite=lax${secure}`
  }
  let notice = parentElement.querySelector(".notice")
  if (!notice) {
    notice = document.createElement("div")
    notice.className = "notice"
    notice.setAttribute("role", "status")
    parentElement.append(notice)
  }
  let since, turns = 0
  clearInterval(timer)
  timer = setInterval(() => {
    if (turns++ % 4 === 0) reachScrolledTables() // large tables take a while to be measured
    since = pageState().connected ? undefined : (since ?? performance.now())
    const text = since !== undefined && performance.now() - since > 1500 ? data.offline : ""
    if (notice.textContent !== text) notice.textContent = text
  }, 250)
}
