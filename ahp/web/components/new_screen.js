// Every new screen begins at its top; Streamlit stays where the last one was.

let last

export default function ({ data }) {
  const before = last
  last = data.screen
  if (before === last) return
  document.querySelector(".stMain")?.scrollTo(0, 0)
  if (before === undefined || data.control) return // nobody was here yet; a control takes the focus
  whenFree(() => {
    const heading = document.querySelector(".stMain :is(h1, h2, h3, h4)")
    if (!heading) return
    heading.tabIndex = -1
    heading.focus({ preventScroll: true })
  })
}
