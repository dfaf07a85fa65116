// On screens that ask nothing: sends what waits in this browser, and says so.

class Waiting {
  static identity() {
    return ""
  }

  constructor() {
    this.root = this.group = element("div", "waiting")
    this.status = element("span", "status")
    this.status.setAttribute("role", "status")
    this.root.append(this.status)
  }

  update() {}

  leave() {}
}

export default control(Waiting)
