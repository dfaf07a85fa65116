// Saaty's 17 positions between two names. Python gives the texts, the choice goes back with an id
// of its own, so that a repeated send is the same answer.

const EQUAL = 8 // index of the middle position

let mouse // where it was last

/** A mouse that rests where the last choice was made must not look like a choice. */
function mouseMoved({ pointerType, screenX, screenY }) {
  const before = mouse
  mouse = `${screenX} ${screenY}`
  return pointerType === "mouse" && before !== undefined && before !== mouse
}

class Question {
  /** What makes it another question; everything else is patched into the one on the screen. */
  static identity({ value: _value, saved: _saved, settled: _settled, comment, ...rest }) {
    return JSON.stringify([rest, comment?.label])
  }

  constructor(data, outbox) {
    this.data = data
    this.outbox = outbox
    this.cursor = undefined // index of the position that the keyboard is at
    this.drawn = performance.now()
    this.root = element("div", "comparison")
    this.root.dataset.pair = data.pair
    this.sentence = element("span", "sentence")
    this.status = element("span", "status")
    this.status.setAttribute("role", "status")
    const feedback = element("div", "feedback")
    feedback.append(this.sentence, " ", this.status)
    this.root.append(this.names(), this.scale(), feedback)
    if (data.comment) this.root.append(this.comment())
    if (data.words?.keyboard) this.root.append(element("div", "keyboard", data.words.keyboard))
    this.root.addEventListener("focusout", ({ relatedTarget }) => {
      if (!this.root.contains(relatedTarget)) this.leave()
    })
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
        more.setAttribute("aria-label", `${this.data.words.explain} ${item.name}`)
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

  get address() {
    return { pair: this.data.pair }
  }

  scale() {
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
    this.group = element("div", "group")
    this.group.setAttribute("role", "radiogroup")
    this.group.setAttribute("aria-label", question)
    this.group.tabIndex = -1
    this.group.append(scale)
    this.options = [...this.positions]
    if (abstain) {
      const made = this.option("abstain", { value: "abstain", sentence: abstain.sentence })
      made.textContent = abstain.label
      this.options.push(made)
      this.group.append(made)
    }
    this.group.onkeydown = (event) => this.onKey(event)
    return this.group
  }

  option(className, { value, sentence }) {
    const made = button(className)
    made.dataset.value = value
    made.setAttribute("role", "radio")
    made.setAttribute("aria-label", sentence)
    made.onpointermove = (event) => {
      if (mouseMoved(event)) this.sentence.textContent = sentence
    }
    made.onfocus = () => {
      this.cursor = this.positions.includes(made) ? this.positions.indexOf(made) : this.cursor
      this.sentence.textContent = sentence
      this.rove()
    }
    made.onpointerleave = made.onblur = () => this.showChosen()
    made.onclick = (event) => {
      if (isDoubleClick(event, this.data.pair) || isTooSoon(event, this.drawn)) return
      this.choose(value)
    }
    return made
  }

  comment() {
    const { comment, owner, pair } = this.data
    const draft = draftKey(owner, pair)
    const made = element("div", "comment")
    const part = element("div", "part")
    this.textarea = element("textarea", "text")
    this.textarea.maxLength = 1000
    this.textarea.rows = 3
    this.textarea.setAttribute("aria-label", comment.label)
    this.textarea.value = (owner && recall(draft)) ?? comment.value ?? ""
    this.textarea.oninput = () => {
      if (owner) keep(draft, this.textarea.value)
    }
    part.append(this.textarea)
    made.append(disclosure(comment.label, part, this.textarea.value !== ""), part)
    return made
  }

  /** The comment as typed, null when it is the one that the server has. */
  get newComment() {
    const typed = this.textarea?.value.trim() ?? ""
    return typed === (this.data.comment?.value ?? "") ? null : typed
  }

  /** A comment without a choice is sent when the focus or the question goes. */
  leave() {
    const { practice, pair } = this.data
    const comment = this.newComment
    if (practice || comment === null || comment === this.sentComment) return
    this.sentComment = comment
    this.outbox.add("comment", { pair, id: uniqueId(), comment }, (old) => {
      if (old.message.pair === pair && old.event === "answer") old.message.comment = null
      return old.message.pair === pair && old.event === "comment"
    })
  }

  choose(value) {
    const { practice, pair } = this.data
    this.chosen = value
    this.showChosen()
    if (practice) return
    const comment = this.newComment
    if (comment !== null) this.sentComment = comment
    this.outbox.add(
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
    if (this.textarea?.value.trim() === value) keep(draftKey(data.owner, data.pair), null)
    this.data = data
    const pending = this.outbox.entries.findLast(
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
      if (event.key === " " && event.target === this.group) event.preventDefault()
      return
    }
    event.preventDefault()
    this.positions[Math.min(Math.max(next, 0), last)].focus()
  }
}

export default control(Question)
