// What the controls share; Python puts it in front of each.

function uniqueId() {
  // crypto.randomUUID needs HTTPS; offices run this on plain HTTP too
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
}

function element(tag, className, text) {
  const made = document.createElement(tag)
  made.className = className
  if (text !== undefined) made.textContent = text
  return made
}

function button(className, text) {
  const made = element("button", className, text)
  made.type = "button"
  return made
}

/** A button that shows and hides a part of the page. */
function disclosure(text, part, open) {
  const made = button("disclosure", text)
  const show = (shown) => {
    made.setAttribute("aria-expanded", String(shown))
    part.classList.toggle("closed", !shown)
  }
  made.onclick = () => show(made.getAttribute("aria-expanded") === "false")
  show(open)
  return made
}

// A browser that keeps nothing (private windows, storage full) still works until it is closed.
const inMemory = new Map()

function recall(key) {
  if (inMemory.has(key)) return inMemory.get(key)
  try {
    return JSON.parse(localStorage.getItem(key))
  } catch {
    return null
  }
}

function keep(key, value) {
  try {
    if (value === null) localStorage.removeItem(key)
    else localStorage.setItem(key, JSON.stringify(value))
    inMemory.delete(key)
  } catch {
    inMemory.set(key, value)
  }
}

/** Where what is typed or sorted, but not sent yet, is kept. */
function draftKey(owner, question) {
  return `ahp draft ${owner} ${question}`
}

let lastClick

/**
 * Whether this is the second click of a double click, which must neither choose twice nor reach
 * what has come in place of the thing clicked. Not every browser counts taps in `detail`.
 */
function isDoubleClick({ detail, screenX, screenY }, question) {
  const before = lastClick
  const now = performance.now()
  if (detail > 1) return true
  if (before && now - before.time < 300) {
    if (question === before.question) return true
    const near = Math.hypot(screenX - before.screenX, screenY - before.screenY) < 30
    if (detail && near && matchMedia("(pointer: coarse)").matches) return true
  }
  lastClick = { time: now, question, screenX, screenY }
  return false
}

/** A tap that nobody can mean for a question drawn this moment: they correct the one before. */
function isTooSoon({ detail }, drawn) {
  return detail && performance.now() - drawn < 500 && matchMedia("(pointer: coarse)").matches
}

/** Move the focus to a new question, unless something else has it or nobody was here yet. */
function takeFocus(target, hadFocus) {
  const mayMove = navigator.userActivation.hasBeenActive && matchMedia("(pointer: fine)").matches
  if (hadFocus) target.focus({ preventScroll: true })
  else if (mayMove) whenFree(() => target.focus({ preventScroll: true }))
}

/** Backspace goes back to the question before, unless somebody is typing. */
let goBack

document.addEventListener("keydown", (event) => {
  if (event.key !== "Backspace" || event.repeat) return
  if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return
  const [target] = event.composedPath()
  if (target.matches?.("input, textarea, select") || target.isContentEditable) return
  goBack?.()
})

/**
 * What was sent and not yet dealt with by the server, kept in this browser per owner.
 *
 * An entry is {event, message}; message.id makes a repeated send the same event to the server.
 * A new entry is sent at once; entries that stay are sent again, oldest first, one at a time.
 *
 * Streamlit drops what is sent without a connection, and after a restart the server ignores what
 * a control sends before a run of the page, or of a fragment that it has not met: then sending
 * again doesn't help, but loading the page again does.
 */
class Outbox {
  constructor() {
    this.sent = new Map() // id -> when this page sent it last, and how often since it could
    this.late = new Set() // ids that were sent again
    this.locks = new Map() // id -> function that lets another tab send it
  }

  get key() {
    return `ahp answers ${this.owner}`
  }

  get entries() {
    return recall(this.key) ?? []
  }

  set entries(left) {
    // without an owner they last as long as the page
    if (this.owner) keep(this.key, left.length ? left : null)
    else inMemory.set(this.key, left)
  }

  /**
   * The control was drawn.
   *
   * owner: whose entries; settled: tells whether the server has dealt with an entry;
   * send: sends an event to the server; show: shows "saving", "offline", "resent" or "".
   */
  drawn({ owner, settled, send, show }) {
    Object.assign(this, { owner, send, show })
    const before = this.entries
    const done = before.filter(settled)
    if (done.length) {
      this.entries = before.filter((entry) => !done.includes(entry))
      this.since = undefined
    }
    for (const entry of done) {
      this.locks.get(entry.message.id)?.()
      this.forgetDraft(entry)
    }
    show(done.some(({ message }) => this.late.has(message.id)) ? "resent" : "")
    const [next] = this.entries
    if (next && !this.sent.has(next.message.id)) this.resend()
    this.watch()
  }

  /** What was being written, once it has arrived. */
  forgetDraft({ message: { pair, place, comment, order } }) {
    const draft = draftKey(this.owner, pair ?? place)
    if (String(recall(draft)) === String(comment ?? order)) keep(draft, null)
  }

  /** Keep and send an entry in place of those that `replaces` picks. */
  add(event, message, replaces) {
    const entry = { event, message }
    this.entries = [...this.entries.filter((old) => !replaces(old)), entry]
    this.since = undefined
    this.post(entry, false)
    this.claim(message.id)
    this.watch()
  }

  post({ event, message }, late) {
    const tries = (this.sent.get(message.id)?.tries ?? 0) + 1
    this.sent.set(message.id, { at: performance.now(), tries })
    if (late) this.late.add(message.id)
    this.send?.(event, { ...message, owner: this.owner ?? null, late })
  }

  async resend() {
    const [entry] = this.entries
    if (!entry || !(await this.claim(entry.message.id))) return
    const still = this.entries.some(({ message }) => message.id === entry.message.id)
    if (still && this.send) this.post(entry, true)
  }

  /** Whether it is this tab that sends an entry again. */
  claim(id) {
    if (!navigator.locks || this.locks.has(id)) return true // plain HTTP has no locks
    return new Promise((resolve) => {
      navigator.locks.request(`ahp ${id}`, { ifAvailable: true }, (lock) => {
        resolve(lock !== null)
        return lock && new Promise((release) => this.locks.set(id, release))
      })
    })
  }

  /** While entries are left: say so when it takes long, and send again. */
  watch() {
    clearInterval(this.timer)
    if (!this.entries.length) return
    this.since ??= performance.now()
    if (this.send) this.timer = setInterval(() => this.look(), 100)
  }

  look() {
    const [next] = this.entries
    if (!next) return this.watch()
    const { connected, idle } = pageState()
    const waiting = performance.now() - this.since
    if (!connected || (idle && waiting > 4000)) this.show("offline")
    else if (waiting > 800) this.show("saving")

    const sent = this.sent.get(next.message.id) ?? { at: -Infinity, tries: 0 }
    const ago = performance.now() - sent.at
    if (!connected) sent.tries = 0
    else if (idle && sent.tries > 2 && ago > 1000 && this.reload()) clearInterval(this.timer)
    else if (ago > (idle ? 1000 * Math.min(sent.tries, 3) : 20_000)) this.resend()
  }

  /** Load the page again, not more than once a minute; false when that would lose an entry. */
  reload() {
    if (inMemory.has(this.key)) return false
    const last = Number(sessionStorage.getItem("ahp reloaded"))
    if (Date.now() - last < 60_000) return false
    sessionStorage.setItem("ahp reloaded", Date.now())
    location.reload()
    return true
  }

  /** The control has gone: what is left waits until it is drawn again. */
  close() {
    clearInterval(this.timer)
    this.send = undefined
    for (const release of this.locks.values()) release() // another control may send it
    this.locks.clear()
  }
}

/**
 * What a component exports: shows the data in the view that is there, or in a new one when
 * `View.identity` says that it is another question. Nothing is redrawn otherwise, so that the
 * focus, open explanations and half-typed text survive the reruns.
 */
function control(View) {
  const outbox = new Outbox()
  const views = new WeakMap() // by the element they are shown in
  let turn // the last time that one was drawn
  return ({ data: [data], parentElement, setTriggerValue }) => {
    const old = views.get(parentElement)
    let view = old
    if (old?.identity !== View.identity(data)) {
      const hadFocus = Boolean(old?.root.contains(parentElement.activeElement))
      old?.leave()
      view = new View(data, outbox)
      view.identity = View.identity(data)
      views.set(parentElement, view)
      if (old) old.root.replaceWith(view.root)
      else parentElement.append(view.root)
      if (hadFocus || !data.practice) takeFocus(view.group, hadFocus)
    }
    if (!data.practice) {
      outbox.drawn({
        owner: data.owner,
        settled: ({ message }) => data.settled.includes(message.id),
        send: setTriggerValue,
        show: (state) => {
          const saved = ["", "resent"].includes(state) && data.saved
          view.status.className = `status ${saved ? "saved" : state}`
          view.status.textContent = saved || (data.words?.[state] ?? "")
        },
      })
    }
    view.update(data)
    goBack = data.back ? () => setTriggerValue("back", view.address) : undefined
    const drawn = (turn = {})
    return () => {
      if (turn !== drawn) return // it has been drawn again since
      goBack = undefined
      if (!data.practice) outbox.close()
      view.leave()
    }
  }
}
