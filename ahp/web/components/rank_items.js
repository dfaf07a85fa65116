// Items put into order by tapping them, the most important first.

class Ranking {
  /** What makes it another question; everything else is patched into the one on the screen. */
  static identity({ ranking: _ranking, saved: _saved, settled: _settled, ...rest }) {
    return JSON.stringify(rest)
  }

  constructor(data, outbox) {
    const { items, owner, place, title, words } = data
    this.data = data
    this.outbox = outbox
    this.draft = draftKey(owner, place)
    this.items = new Map(items.map((item) => [item.id, item]))
    this.unplaced = new Map(items.map((item) => [item.id, this.choice(item)]))
    this.rows = new Map(items.map((item) => [item.id, this.row(item)]))

    this.root = this.group = element("div", "ranking group")
    this.root.dataset.place = place
    this.root.setAttribute("role", "group")
    this.root.setAttribute("aria-label", title)
    this.root.tabIndex = -1
    this.hint = element("div", "hint")
    this.placed = element("ol", "placed")
    this.left = element("ul", "unplaced")
    this.announcement = element("div", "announcement")
    this.announcement.setAttribute("role", "status")
    this.status = element("span", "status")
    this.status.setAttribute("role", "status")
    this.confirm = button("confirm", words.confirm)
    this.confirm.onclick = (event) => {
      if (!isDoubleClick(event, place)) this.send()
    }
    const feedback = element("div", "feedback")
    feedback.append(this.status)
    this.root.append(
      this.placed,
      this.hint,
      this.left,
      this.confirm,
      feedback,
      this.announcement,
      element("div", "keyboard", words.keyboard),
    )
  }

  get address() {
    return { place: this.data.place }
  }

  /** An item that is not placed yet. */
  choice({ id, name, explanation }) {
    const { explain } = this.data.words
    const made = element("li", "item")
    const pick = button("pick", name)
    pick.onclick = (event) => {
      if (!isDoubleClick(event, id)) this.pick(id)
    }
    made.append(pick)
    if (explanation) {
      const part = element("div", "explanation", explanation)
      const more = disclosure(explain, part, false)
      more.setAttribute("aria-label", `${explain} ${name}`)
      made.append(more, part)
    }
    return made
  }

  /** An item that is placed. */
  row({ id, name, explanation }) {
    const { down, remove, up } = this.data.words
    const made = element("li", "row")
    made.dataset.id = id
    const handle = element("span", "handle")
    handle.setAttribute("aria-hidden", "true")
    handle.append(element("span", "grip", "⠿"), element("span", "number"))
    this.makeDraggable(handle, id)
    const part = element("div", "explanation", explanation)
    const label = explanation ? disclosure(name, part, false) : element("span", "", name)
    label.classList.add("name")
    const tool = (className, sign, text, act) => {
      const tapped = button(`tool ${className}`, sign)
      tapped.title = text.replace("{name}", () => name)
      tapped.setAttribute("aria-label", tapped.title)
      tapped.onclick = act
      return tapped
    }
    made.append(
      handle,
      label,
      tool("up", "▲", up, () => this.move(id, -1)),
      tool("down", "▼", down, () => this.move(id, 1)),
      tool("remove", "✕", remove, () => this.putBack(id)),
      part,
    )
    made.onkeydown = (event) => {
      const by = { ArrowUp: -1, ArrowDown: 1 }[event.key]
      if (!by || !event.altKey) return
      event.preventDefault()
      this.move(id, by)
    }
    return made
  }

  /** The rows around it give way; the row itself stays in the page and keeps the pointer. */
  makeDraggable(handle, id) {
    handle.onpointerdown = (event) => {
      if (event.button) return
      event.preventDefault()
      handle.setPointerCapture(event.pointerId)
      this.rows.get(id).classList.add("dragged")
    }
    handle.onpointermove = (event) => {
      if (!handle.hasPointerCapture(event.pointerId)) return
      const row = this.rows.get(id)
      const before = row.previousElementSibling
      const after = row.nextElementSibling
      const middle = (one) => {
        const { top, height } = one.getBoundingClientRect()
        return top + height / 2
      }
      if (before && event.clientY < middle(before)) row.after(before)
      else if (after && event.clientY > middle(after)) row.before(after)
      this.number()
    }
    handle.onlostpointercapture = () => {
      this.rows.get(id).classList.remove("dragged")
      const order = Array.from(this.placed.children, (row) => row.dataset.id)
      if (order.join() === this.order.join()) return
      this.change(order)
      this.announce(id)
    }
  }

  pick(id) {
    const order = [...this.order, id]
    const left = this.data.items.filter((item) => !order.includes(item.id))
    if (left.length === 1) order.push(left.pop().id)
    this.change(order)
    this.announce(id)
    const next = left.length ? this.unplaced.get(left[0].id).querySelector(".pick") : this.confirm
    next.focus({ preventScroll: true })
  }

  putBack(id) {
    this.change(this.order.filter((placed) => placed !== id))
    this.unplaced.get(id).querySelector(".pick").focus({ preventScroll: true })
  }

  move(id, by) {
    const order = [...this.order]
    const here = order.indexOf(id)
    const there = here + by
    if (there < 0 || there >= order.length) return
    ;[order[here], order[there]] = [order[there], order[here]]
    this.change(order)
    this.announce(id)
  }

  change(order) {
    this.order = order
    if (this.data.owner) keep(this.draft, order)
    this.draw()
  }

  announce(id) {
    this.announcement.textContent = this.data.words.moved
      .replace("{name}", () => this.items.get(id).name)
      .replace("{number}", this.order.indexOf(id) + 1)
  }

  send() {
    const { place } = this.data
    this.outbox.add(
      "ranked",
      { place, order: this.order, id: uniqueId() },
      (old) => old.message.place === place,
    )
  }

  /** The server's state of this question has come. */
  update(data) {
    const first = this.order === undefined
    const saved = data.ranking ?? []
    const changed = saved.join() !== (this.data.ranking ?? []).join()
    this.data = data
    // an order from another device shows, unless one is being made here
    if (first || (changed && !recall(this.draft))) {
      const draft = recall(this.draft)
      const known = draft?.every((id) => this.items.has(id)) ? draft : saved
      this.order = first ? known : saved
      this.draw()
    }
  }

  draw() {
    const { items, words } = this.data
    const { activeElement } = this.root.getRootNode()
    const left = items.filter(({ id }) => !this.order.includes(id))
    this.placed.replaceChildren(...this.order.map((id) => this.rows.get(id)))
    this.left.replaceChildren(...left.map(({ id }) => this.unplaced.get(id)))
    this.number()
    this.hint.textContent = left.length ? (this.order.length ? words.next : words.start) : ""
    this.confirm.disabled = left.length > 0
    // moved in the page, an element loses the focus
    if (this.root.contains(activeElement)) activeElement.focus({ preventScroll: true })
  }

  number() {
    const rows = Array.from(this.placed.children)
    rows.forEach((row, index) => {
      row.querySelector(".number").textContent = index + 1
      row.querySelector(".up").setAttribute("aria-disabled", index === 0)
      row.querySelector(".down").setAttribute("aria-disabled", index === rows.length - 1)
    })
  }

  leave() {}
}

export default control(Ranking)
