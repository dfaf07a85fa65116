// Saaty's 17 positions between two names. Python gives the texts, the choice goes back with an id
// of its own, so that a repeated send is the same answer.

const EQUAL = 8 // index of the middle position
const outbox = new Outbox("answers")

function draftKey(owner, pair) {
  return `ahp draft ${owner} ${pair}`
}

/** What makes it another question; everything else is patched into the one on the screen. */
function identity({ value: _value, settled: _settled, comment, ...rest }) {
  return JSON.stringify([rest, comment?.label])
}

class Question {
  constructor(data) {
    this.data = data
    this.identity = identity(data)
    this.cursor = undefined // index of the position that the keyboard is at
    this.root = element("div", "comparison")
    this.root.dataset.pair = data.pair
    this.sentence = element("div", "sentence")
    this.status = element("div", "status")
    this.status.setAttribute("role", "status")
    this.help = element("div", "keyboard", data.words?.keyboard)
    this.root.append(this.names(), this.group(), this.sentence, this.status)
    if (data.comment) this.root.append(this.comment())
    if (data.words?.keyboard) this.root.append(this.help)
    this.root.onfocusout = (event) => {
      if (!this.root.contains(event.relatedTarget)) this.sendComment()
    }
  }

  names() {
    const names = element("div", "names")
    const card = (item, side) => {
      const made = element("div", `card ${side}`)
      const head = element("div", "head")
      const explanation = element("div", "explanation", item.explanation)
      head.append(element("div", "name", item.name))
      made.append(head, explanation)
      if (item.explanation && this.data.words?.explain) {
        const more = disclosure(this.data.words.explain, explanation, false)
        more.setAttribute("aria-label", `${this.data.words.explain}: ${item.name}`)
        head.append(more)
      }
      return made
    }
    const { left, right } = this.data
    const versus = element("div", "versus", "⟷")
    versus.setAttribute("aria-hidden", "true")
    names.append(card(left, "left"), versus, card(right, "right"))
    return names
  }

  group() {
    const { abstain, left, positions, question, right } = this.data
    this.positions = positions.map((position) => this.option("position", position))
    this.positions.forEach((made, index) => {
      const { step, word } = positions[index]
      made.append(element("span", "step", step), element("span", "word", word))
    })
    const side = (name, label, options) => {
      const made = element("div", `side ${name}`)
      const row = element("div", "row")
      row.append(...options)
      if (label) made.append(element("div", "more", label))
      made.append(row)
      return made
    }
    const scale = element("div", "scale")
    scale.append(
      side("left", left.more, this.positions.slice(0, EQUAL)),
      side("equal", undefined, [this.positions[EQUAL]]),
      side("right", right.more, this.positions.slice(EQUAL + 1)),
    )
    this.radios = element("div", "radios")
    this.radios.setAttribute("role", "radiogroup")
    this.radios.setAttribute("aria-label", question)
    this.radios.tabIndex = -1
    this.radios.append(scale)
    this.options = [...this.positions]
    if (abstain) {
      const made = this.option("abstain", { value: "abstain", sentence: abstain.sentence })
      made.textContent = abstain.label
      this.options.push(made)
      this.radios.append(made)
    }
    this.radios.onkeydown = (event) => this.onKey(event)
    return this.radios
  }

  option(className, { value, sentence }) {
    const made = button(className)
    made.dataset.value = value
    made.setAttribute("role", "radio")
    made.setAttribute("aria-label", sentence)
    // a mouse that rests where the last choice was made must not look like a choice
    made.onpointermove = (event) => {
      if (event.pointerType === "mouse" && (event.movementX || event.movementY)) {
        this.sentence.textContent = sentence
      }
    }
    made.onfocus = () => {
      this.cursor = this.positions.includes(made) ? this.positions.indexOf(made) : this.cursor
      this.sentence.textContent = sentence
      this.rove()
    }
    made.onpointerleave = made.onblur = () => this.showChosen()
    made.onclick = () => this.choose(value)
    return made
  }

  comment() {
    const { comment, owner, pair } = this.data
    this.draftKey = draftKey(owner, pair)
    const made = element("div", "comment")
    const part = element("div", "part")
    this.textarea = element("textarea", "text")
    this.textarea.maxLength = 1000
    this.textarea.rows = 3
    this.textarea.setAttribute("aria-label", comment.label)
    this.textarea.value = (owner && recall(this.draftKey)) ?? comment.value ?? ""
    this.textarea.oninput = () => {
      if (owner) keep(this.draftKey, this.textarea.value)
    }
    part.append(this.textarea)
    made.append(disclosure(comment.label, part, this.textarea.value !== ""), part)
    return made
  }

  /** The comment as typed, null when it is the one that the server has. */
  get newComment() {
    const typed = this.textarea?.value ?? ""
    return typed === (this.data.comment?.value ?? "") ? null : typed
  }

  sendComment() {
    const { practice, pair } = this.data
    const comment = this.newComment
    if (practice || comment === null || comment === this.sentComment) return
    this.sentComment = comment
    outbox.add("comment", { pair, id: uniqueId(), comment }, (old) => {
      if (old.message.pair === pair && old.event === "answer") old.message.comment = null
      return old.message.pair === pair && old.event === "comment"
    })
  }

  choose(value) {
    if (isDoubleClick()) return
    const { practice, pair } = this.data
    this.chosen = value
    this.showChosen()
    if (practice) return
    const comment = this.newComment
    if (comment !== null) this.sentComment = comment
    outbox.add(
      "answer",
      { pair, value, id: uniqueId(), comment },
      (old) => old.message.pair === pair && (old.event === "answer" || comment !== null),
    )
  }

  /** The server's state of this question has come. */
  update(data) {
    const known = this.data.comment?.value ?? ""
    const value = data.comment?.value ?? ""
    // a comment from another device shows, unless one is being typed here
    if (this.textarea && this.textarea.value === known) this.textarea.value = value
    if (this.textarea && this.textarea.value === value) keep(this.draftKey, null)
    this.data = data
    const pending = outbox.entries.findLast(
      ({ event, message }) => event === "answer" && message.pair === data.pair,
    )
    if (!data.practice) this.chosen = pending ? pending.message.value : data.value
    this.showChosen()
  }

  showChosen() {
    const shown = this.options.find((option) => option.dataset.value === this.chosen)
    for (const option of this.options) option.setAttribute("aria-checked", option === shown)
    this.sentence.textContent = shown?.getAttribute("aria-label") ?? ""
    this.rove()
  }

  /** One stop for the Tab key: where the keyboard is, else the choice, else the middle. */
  rove() {
    const chosen = this.positions.findIndex((option) => option.dataset.value === this.chosen)
    const stop = this.cursor ?? (chosen < 0 ? EQUAL : chosen)
    this.positions.forEach((option, index) => (option.tabIndex = index === stop ? 0 : -1))
  }

  onKey(event) {
    if (event.ctrlKey || event.altKey || event.metaKey) return
    const last = this.positions.length - 1
    const here = this.cursor ?? this.positions.findIndex((option) => option.tabIndex === 0)
    const moves = {
      ArrowLeft: here - 1,
      ArrowUp: here - 1,
      ArrowRight: here + 1,
      ArrowDown: here + 1,
      Home: 0,
      End: last,
    }
    let next = moves[event.key]
    if (/^[1-9]$/.test(event.key)) {
      const step = Number(event.key) - 1
      const onRight = here > EQUAL
      next = EQUAL + (onRight ? step : -step)
      if (next === this.cursor) next = EQUAL + (onRight ? -step : step)
    }
    if (next === undefined) {
      // nothing is active yet: the page must not scroll either
      if (event.key === " " && event.target === this.radios) event.preventDefault()
      return
    }
    event.preventDefault()
    this.positions[Math.min(Math.max(next, 0), last)].focus()
  }

  show(state) {
    this.status.className = `status ${state}`
    this.status.textContent = this.data.words?.[state] ?? ""
  }
}

const views = new WeakMap() // where it is shown -> question
let turn // the last time that a question was drawn

export default function ({ data, parentElement, setTriggerValue }) {
  let view = views.get(parentElement)
  const another = view?.identity !== identity(data)
  if (another) {
    const old = view?.root
    const hadFocus = Boolean(old?.contains(parentElement.activeElement))
    view?.sendComment()
    view = new Question(data)
    views.set(parentElement, view)
    old ? old.replaceWith(view.root) : parentElement.append(view.root)
    takeFocus(view.radios, hadFocus)
  }
  if (!data.practice) {
    outbox.drawn({
      owner: data.owner,
      settled: ({ message: { pair, value, id } }) =>
        data.settled?.includes(id) ?? (pair !== data.pair || value === data.value),
      send: setTriggerValue,
      show: (state) => view.show(state),
      onSettled: ({ message: { pair, comment } }) => {
        const draft = draftKey(data.owner, pair)
        if (recall(draft) === comment) keep(draft, null)
      },
    })
  }
  view.update(data)
  goBack = data.back ? () => setTriggerValue("back", { pair: data.pair }) : undefined
  const drawn = (turn = {})
  return () => {
    if (turn !== drawn) return // it has been drawn again since
    goBack = undefined
    if (data.practice) return
    outbox.close()
    view.sendComment() // leaves with the next question
  }
}
