// What holds for the page as a whole: its language, and a notice while there is no connection, on
// which Streamlit would put a dialog of its own over the page.

let timer

export default function ({ data, parentElement }) {
  document.documentElement.lang = data.language
  if (data.cookie) {
    document.cookie = `${data.cookie}=${data.language}; path=/; max-age=31536000; samesite=lax`
  }
  let notice = parentElement.querySelector(".notice")
  if (!notice) {
    notice = document.createElement("div")
    notice.className = "notice"
    notice.setAttribute("role", "status")
    parentElement.append(notice)
  }
  let since
  clearInterval(timer)
  timer = setInterval(() => {
    since = pageState().connected ? undefined : (since ?? performance.now())
    const text = since !== undefined && performance.now() - since > 1500 ? data.offline : ""
    if (notice.textContent !== text) notice.textContent = text
  }, 250)
}
