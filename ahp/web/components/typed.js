// What is typed in a field, but not stored yet, is there again after a reload.

const PLACE = "ahp typed"
let stored, cursor // texts by the keys of their fields; how often the cursor was put somewhere

const fieldOf = (key) => document.querySelector(`.st-key-${key} :is(input, textarea)`)
const lasting = (key) => key.replace(/-\d+$/, "") // a reload begins to count anew

function whenThere(key, act) {
  const until = performance.now() + 5000
  const look = () => {
    const field = fieldOf(key)
    if (field) act(field)
    else if (performance.now() < until) requestAnimationFrame(look)
  }
  look()
}

function remember() {
  const field = document.activeElement
  const key = Object.keys(stored).find((one) => fieldOf(one) === field)
  if (key === undefined || field.value === stored[key]) return sessionStorage.removeItem(PLACE)
  const typed = { key: lasting(key), was: stored[key], text: field.value }
  sessionStorage.setItem(PLACE, JSON.stringify(typed))
}

/** Type it again, unless something else was stored there meanwhile. */
function restore({ key, was, text }) {
  const same = Object.keys(stored).find((one) => lasting(one) === key && stored[one] === was)
  if (same === undefined) return
  whenThere(same, (field) => {
    field.focus()
    Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), "value").set.call(field, text)
    field.dispatchEvent(new Event("input", { bubbles: true }))
  })
}

export default function ({ data }) {
  const loaded = stored === undefined
  stored = data.stored
  document.addEventListener("input", remember)
  if (!loaded) remember()
  else if (sessionStorage.getItem(PLACE)) restore(JSON.parse(sessionStorage.getItem(PLACE)))
  if (!loaded && cursor !== data.cursor) whenThere(data.field, (field) => field.focus())
  cursor = data.cursor
  return () => document.removeEventListener("input", remember)
}
