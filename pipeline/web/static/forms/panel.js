// What the side shows of the chosen element, and of the form as a whole; each input is one change.

import { fieldBox, plain } from "./fields.js";
import { heldFields } from "./model.js";

const STYLES = [["regular", "thường"], ["bold", "đậm"], ["italic", "nghiêng"], ["bold-italic", "đậm nghiêng"], ["small", "nhỏ"]];
const PARTS = [["", "cả giá trị"], ["day", "ngày"], ["month", "tháng"], ["year", "năm"], ["hour", "giờ"], ["minute", "phút"]];
const NOTHING = "(chưa gắn)";

const node = (name, values = {}, ...inside) => {
  const made = Object.assign(document.createElement(name), values);
  made.append(...inside);
  return made;
};
const number = (text) => Number(String(text).replace(",", "."));
const shown = (value) => String(value).replace(".", ",");

export class Panel {
  /** `known`: fields, bundles; `acts`: what buttons do beside changing the element. */
  constructor(model, known, acts) {
    this.model = model;
    this.known = known;
    this.acts = acts;
    this.fields = new Map(known.fields.map((field) => [field.name, field]));
    this.chosen = document.getElementById("chosen");
    this.about = document.getElementById("about-fields");
  }

  /** What an element holds, in words. */
  held(element) {
    if (element.signature) return "chữ ký, không đọc";
    const names = heldFields(element);
    if (names.length > 1) {
      const bundle = this.known.bundles.find(({ fields }) => Object.values(fields).join() === names.join());
      return bundle?.label ?? names.map((name) => this.fields.get(name)?.label ?? name).join(", ");
    }
    if (!names.length) return "";
    const part = element.part ? ` (${PARTS.find(([key]) => key === element.part)?.[1] ?? element.part})` : "";
    return (this.fields.get(names[0])?.label ?? names[0]) + part;
  }

  draw() {
    const found = this.model.current;
    if (this.model.chosen === "table" && this.model.design.table) return this.chosen.replaceChildren(...this.#table());
    if (!found) return this.chosen.replaceChildren(node("p", { className: "hint", textContent: "Bấm vào một ô trên ảnh, hoặc nhấn Tab khi đang ở trên ảnh, để xem và sửa." }));
    const { list, element } = found;
    const parts = { cells: () => this.#cell(element), areas: () => this.#area(element), checkboxes: () => this.#checkbox(element), columns: () => this.#column(element) }[list]();
    const flaws = this.model.flaws.filter(({ key }) => key === element.key).map(({ message }) => node("p", { className: "message bad", textContent: message }));
    const seen = element.proposed ? node("p", { className: "message doubt", textContent: element.doubtful ? "Máy đề nghị nhưng chưa chắc. So với trang rồi nhấn Enter để xác nhận." : "Máy đề nghị. Xem lại rồi nhấn Enter để xác nhận." }) : "";
    this.chosen.replaceChildren(...[...parts.slice(0, 1), ...flaws, seen, ...parts.slice(1), this.#ends(element)].filter(Boolean));
  }

  drawAbout() {
    const { design } = this.model;
    const set = (name) => (value) => this.model.edit(() => (design[name] = value));
    const pair = (name, at) => (value) => this.model.edit((held) => (held[name] = held[name].map((one, place) => (place === at ? number(value) : one))));
    this.about.replaceChildren(
      this.#text("Tên mẫu", design.title, set("title"), 300),
      this.#select("Loại sự kiện", this.known.records.map(({ name, title }) => [name, title]), design.record, this.acts.takeRecord),
      this.#text("Mã mẫu", design.id, set("id"), 60),
      node("div", { className: "pair" }, this.#text("Sổ mở từ năm", design.years[0], pair("years", 0), 4), this.#text("đến năm", design.years[1], pair("years", 1), 4)),
      this.#text("Tỉnh", design.province, set("province"), 120),
      this.#text("Nhà in", design.printer, set("printer"), 120),
      this.#select("Là bản in khác của mẫu", [["", "không"], ...this.known.bases.map(({ id, title }) => [id, title])], design.printing_of, set("printing_of")),
      design.printing_of ? node("p", { className: "hint", textContent: "Trong sổ của mẫu ấy, máy chọn bản in theo từng trang. Lưu xong, sổ của mẫu ấy được đọc lại." }) : "",
      this.#select("Căn cứ", [["seen", "đã thấy sổ thật"], ["assumed", "giả định"]], design.evidence, set("evidence")),
      node("div", { className: "pair" }, this.#text("Khổ giấy rộng, mm", shown(design.paper_mm[0]), pair("paper_mm", 0), 6), this.#text("cao, mm", shown(design.paper_mm[1]), pair("paper_mm", 1), 6)),
      this.#text("Cỡ chữ in, phần nghìn bề cao khung", shown(Math.round(design.text_size * 1e4) / 10), (value) => this.model.edit(() => (design.text_size = number(value) / 1000)), 6),
      this.#text("Điều cần biết", design.note, set("note"), 1000),
    );
  }

  focusField() {
    document.getElementById("field")?.focus();
  }

  #cell(element) {
    const change = (values) => this.model.change(element.key, values);
    const parts = [node("h2", { textContent: element.from === null ? "Chữ in" : element.label ? "Chữ in và chỗ trống" : "Chỗ trống" })];
    parts.push(node("div", { className: "pair wide-first" }, this.#text("Chữ in", element.label, (label) => change({ label, start: this.acts.startOfLabel(element, label) }), 300), this.#select("Kiểu", STYLES, element.style, (style) => change({ style }))));
    if (element.from === null) {
      parts.push(node("p", { className: "row" }, this.#button("Thêm chỗ trống sau chữ in", () => change({ from: this.acts.endOfLabel(element), to: Math.min(1, this.acts.endOfLabel(element) + 0.2) }))));
      return parts;
    }
    parts.push(this.#field(element));
    const [first] = heldFields(element);
    if (heldFields(element).length === 1 && this.fields.get(first)?.parted) parts.push(this.#select("Chỗ trống ghi", PARTS, element.part ?? "", (part) => change({ part: part || null })));
    parts.push(
      node("p", { className: "row" }, this.#button("Viết tiếp của ô trên (T)", this.acts.goOn), heldFields(element).length ? this.#button("Bỏ gắn", () => change(UNBOUND)) : ""),
      this.#tick("Giá trị in sẵn (như số trang)", element.printed, (printed) => change({ printed })),
      this.#tick("Có thể đóng dấu đỏ ở đây", element.stamped, (stamped) => change({ stamped })),
    );
    return parts;
  }

  #area(element) {
    const change = (values) => this.model.change(element.key, values);
    const parts = [
      node("h2", { textContent: element.signature ? "Khoảng chữ ký" : "Khoảng tự do" }),
      this.#text("Chữ in của khoảng", element.label, (label) => change({ label, at: element.label ? element.at : [element.box[0], element.box[1]] }), 300),
      this.#select("Khoảng này", [["", this.model.design.layout === "act" ? "chờ người nhập cạnh ảnh" : "được đọc (ghi chú, người thực hiện…)"], ["signature", "là chữ ký, không bao giờ đọc"]], element.signature ? "signature" : "", (value) => change(value ? { signature: true, ...UNBOUND_AREA } : { signature: false })),
    ];
    if (!element.signature) parts.push(this.#field(element));
    if (this.model.design.layout === "act" && !element.signature) parts.push(...this.#formulas(element, change));
    else parts.push(this.#tick("Có thể đóng dấu đỏ ở đây", element.stamped, (stamped) => change({ stamped })));
    return parts;
  }

  /** The printed words between which the value of an act's area stands, and the area's place in their order. */
  #formulas(element, change) {
    const { areas } = this.model.design;
    const at = areas.findIndex(({ key }) => key === element.key);
    const move = (by) => this.model.edit(() => areas.splice(at + by, 0, ...areas.splice(at, 1)));
    const buttons = [this.#button("Lên trước", () => move(-1)), this.#button("Xuống sau", () => move(1))];
    buttons[0].disabled = at === 0;
    buttons[1].disabled = at === areas.length - 1;
    return [
      node("div", { className: "pair" }, this.#text("Sau chữ in", element.after ?? "", (after) => change({ after: after.trim() }), 120), this.#text("Trước chữ in", element.before ?? "", (before) => change({ before: before.trim() }), 120)),
      node("p", { className: "hint", textContent: "Chép vài chữ in ngay trước và ngay sau giá trị, như “con của ông” và “và bà”: ảnh bên ô nhập thu hẹp vào giữa hai chỗ ấy. Không thấy chắc thì cả khoảng được đưa ra." }),
      this.#tick("Chữ in này mở đầu một sự kiện (trang có nhiều sự kiện)", element.begins_act ?? false, (begins_act) => change({ begins_act })),
      node("p", { className: "row" }, `Thứ tự trong văn bản: ${at + 1}/${areas.length}`, ...buttons),
    ];
  }

  #checkbox(element) {
    const change = (values) => this.model.change(element.key, values);
    return [
      node("h2", { textContent: "Ô đánh dấu" }),
      this.#text("Chữ in bên cạnh", element.label, (label) => change({ label, value: element.value || label }), 300),
      this.#field(element, "Có dấu thì trường nào nhận giá trị"),
      this.#text("Giá trị ấy", element.value, (value) => change({ value }), 300),
      this.#tick("Danh mục của Bộ chưa có mã cho giá trị này", !element.coded, (uncoded) => change({ coded: !uncoded })),
    ];
  }

  #column(element) {
    const change = (values) => this.model.change(element.key, values);
    const at = this.model.design.table.columns.findIndex(({ key }) => key === element.key) + 1;
    return [
      node("h2", { textContent: `Cột ${at} của bảng` }),
      this.#text("Chữ đầu cột", element.heading, (heading) => change({ heading }), 300),
      this.#text("Tên nhóm cột", element.group, (group) => change({ group }), 300),
      this.#field(element),
      this.#tick("“nt”, “như trên”, dấu \" là giá trị của dòng trên", element.ditto, (ditto) => change({ ditto })),
      node("p", { className: "row" }, this.#button("Tách đôi cột", () => this.acts.split(element)), this.#button("Dòng và bề cao của bảng…", () => this.model.choose("table"))),
    ];
  }

  #table() {
    const { table } = this.model.design;
    const set = (name) => (value) => this.model.edit((design) => (design.table[name] = number(value)));
    return [
      node("h2", { textContent: "Bảng" }),
      this.#text("Số dòng", table.rows, (value) => this.model.edit((design) => (design.table.rows = Math.max(1, Math.round(number(value))))), 3),
      node("div", { className: "pair" }, this.#text("Dòng đầu bắt đầu (phần khung)", shown(table.top), set("top"), 7), this.#text("Dòng cuối hết", shown(table.bottom), set("bottom"), 7)),
      this.#tick("Giữa các dòng có in đường kẻ", table.ruled, (ruled) => this.model.edit((design) => (design.table.ruled = ruled))),
      node("p", { className: "hint", textContent: table.ruled ? "Các đường kẻ ngang trên ảnh cho thấy máy chia dòng ở đâu." : "Máy tìm chỗ bắt đầu mỗi sự kiện theo chữ viết ở cột đọc được thứ nhất; số dòng chỉ là ước chừng." }),
    ];
  }

  #ends(element) {
    const remove = this.#button("Xóa (Delete)", () => this.model.remove(element.key));
    remove.className = "danger";
    return node("p", { className: "row" }, element.proposed ? this.#button("Xác nhận (Enter)", this.acts.confirm) : "", remove);
  }

  #field(element, words = "Ghi trường nào") {
    const taken = new Set(this.model.elements().filter((one) => one.element.key !== element.key).flatMap((one) => heldFields(one.element)));
    const isBox = "coded" in element;
    const choices = () => [
      ...this.known.fields.map((field) => ({ label: field.label, plain: plain(field.label), also: plain(field.also), value: { ...UNBOUND_AREA, field: field.name }, taken: taken.has(field.name) && !isBox })),
      ...(isBox ? [] : this.known.bundles.map((bundle) => ({ label: bundle.label, plain: plain(bundle.label), value: { field: null, fields: bundle.fields, kind: bundle.kind }, taken: Object.values(bundle.fields).some((name) => taken.has(name)) }))),
    ];
    return fieldBox("field", words, this.held(element) || NOTHING, choices, (value) => this.acts.bind(element, isBox ? { field: value.field } : value));
  }

  #text(words, value, changed, most) {
    const input = node("input", { value: String(value), maxLength: most });
    input.addEventListener("change", () => input.value !== String(value) && changed(input.value));
    return node("label", {}, words, input);
  }

  #select(words, choices, value, changed) {
    const select = node("select", {}, ...choices.map(([key, text]) => node("option", { value: key, textContent: text, selected: key === value })));
    select.addEventListener("change", () => changed(select.value));
    return node("label", {}, words, select);
  }

  #tick(words, value, changed) {
    const input = node("input", { type: "checkbox", checked: value });
    input.addEventListener("change", () => changed(input.checked));
    return node("label", { className: "tick" }, input, words);
  }

  #button(words, does) {
    const button = node("button", { type: "button", textContent: words });
    button.addEventListener("click", does);
    return button;
  }
}

export const UNBOUND_AREA = { field: null, fields: {}, kind: null };
export const UNBOUND = { ...UNBOUND_AREA, part: null };
