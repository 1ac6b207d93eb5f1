// The desk: one task in work, the next one ready, finished ones on their way to the server; and all keys.

import { Ahead } from "./ahead.js";
import { askSentence, showHelp } from "./asking.js";
import { Fresh, isSaying } from "./fresh.js";
import { heldElsewhere } from "./held.js";
import { Hold } from "./hold.js";
import { Keys } from "./keys.js";
import { Lease } from "./lease.js";
import { meaningOf } from "./meanings.js";
import { Notices } from "./notices.js";
import { Pages } from "./pages.js";
import { Region } from "./region.js";
import { reread } from "./reread.js";
import { hush, say } from "./said.js";
import { offer } from "./offers.js";
import { Saving } from "./saving.js";
import { Tabs } from "./tabs.js";
import { TaskForm } from "./task.js";
import { Viewer } from "./viewer.js";
import { fetchPiece, freshToken, isLoggedOut, send } from "./wire.js";

const desk = document.getElementById("desk");
const place = document.getElementById("place");
const notices = new Notices(document.getElementById("unsaved"));

const viewer = new Viewer(document.getElementById("viewer"));
const pages = new Pages(viewer, document.getElementById("beside"), () => form?.id ?? null);
const region = new Region(viewer, document.getElementById("drawing"), drawn);
const fresh = new Fresh(place);
const hold = new Hold(place, () => (form ?? place).focus());
const lease = new Lease((task, error) => form?.id === task && failed(error));
const ahead = new Ahead(() => ({ stage: desk.dataset.stage || null, book: Number(desk.dataset.book) || null, at_book: atBook, known: heldHere() }));
const saving = new Saving(desk.dataset.login, { saved, lost: keep, told: (state) => notices.trouble(state) });

const tabs = new Tabs(desk.dataset.login, (task) => form?.id === task, () =>
  notices.complain(new Error("Nhiệm vụ này cũng đang mở ở một thẻ khác của trình duyệt này. Hãy chỉ làm ở một thẻ.")));

let form = null; // the task in work
let atBook = null; // the book of the task that came up last
let shownAt = 0; // when it came up, in milliseconds
let going = false; // a task is on its way into the place
let leaving = false; // the person means to go
let warned = false; // they were told just now what they would lose by it
let warnedOfRest = false; // the same of what is not in work

/** The tasks that this page holds, in work or not yet saved. */
function heldHere() {
  return [...(form ? [form.id] : []), ...ahead.tasks, ...saving.tasks];
}

// --- one task after another ------------------------------------------------------------------------------------------

/** `begun`: the form of a task that was laid aside for another one, with all that was typed in it; `lentAt`: since when
 * it is lent, in milliseconds. */
function show({ article, page, begun = null, lentAt = performance.now() }) {
  form = begun ?? new TaskForm(article, { say, moved, asks: (question) => fresh.ask(question), page: () => ({ image: viewer.image, frame: viewer.element }) });
  const size = article.dataset.size?.split(" ").map(Number) ?? null;
  pages.forget();
  if (region.isDrawn) region.end();
  const movedOn = bookSentence(article);
  const answered = document.activeElement?.closest("#unsaved button"); // whoever is at a notice stays there
  place.replaceChildren(article);
  place.scrollTop = 0;
  viewer.show(article.dataset.pageKey, page, size);
  form.begin();
  answered?.focus();
  desk.querySelector("[data-do=ask]").firstChild.data = isQuestion() ? "Trả lời " : "Hỏi ";
  say(movedOn || article.dataset.said, Boolean(movedOn));
  shownAt = performance.now();
  lease.since = lentAt;
  performance.mark("task-shown");
  tabs.ask(form.id);
  prepare();
}

/** Note the book of a task that comes up; returns what to tell where it is another book, which the task shows as well. */
function bookSentence(article) {
  const before = atBook;
  atBook = Number(article.dataset.bookId);
  article.querySelector(".moved-on")?.remove();
  if (before === null || before === atBook) return "";
  const note = document.createElement("p");
  note.className = "message doubt moved-on";
  note.textContent = `Sang sổ khác: ${article.dataset.bookLabel}.`;
  article.querySelector("header").prepend(note);
  return note.textContent;
}

/** A field came up; `box`: where its ink stands; `ready` resolves when its pictures are there. */
function moved(box, ready) {
  hush(); // what was said of the field before
  notices.settle();
  if (region.isDrawn) region.end();
  pages.own();
  viewer.light(box);
  fresh.begin(ready);
  offer(form);
}

/** A region was drawn for the field in work: it is read again. Whoever presses Enter twice means the region, not the
 * text that stands there. What comes of it later is the matter of the task that was in work. */
function drawn(box) {
  const of = form;
  fresh.begin();
  reread(of, box, () => form === of).catch((error) => {
    if (form === of) failed(error);
    else notices.complain(new Error(`Khung vừa vẽ ở “${of.label}” chưa được đọc lại: ${error.sentence ?? error.message}`));
  });
}

/** Have the next task ready; what goes wrong is told when it is wanted. */
function prepare() {
  ahead.fetch().catch(() => {});
}

/** Show the next task, now if it is ready, else as soon as it is; not in place of one that came up by another way while
 * it was asked for. */
async function next() {
  form = null;
  const ready = ahead.take();
  if (ready) return show(ready);
  if (going) return;
  going = true;
  wait("Đang lấy nhiệm vụ…");
  try {
    for (;;) {
      if (await ahead.fetch()) break;
      if (form) return;
      if (saving.tasks.length === 0) {
        const held = await heldElsewhere("column", takeBack);
        return form ? undefined : wait(isNarrowed() ? OUT_OF_THESE : OUT, true, held);
      }
      await rest(200);
    }
  } catch (error) {
    if (isLoggedOut(error)) notices.complain(error);
    if (form) return;
    return wait(isLoggedOut(error) ? "Phiên làm việc đã hết. Hãy đăng nhập ở thẻ khác rồi nhấn Enter ở đây." : `${error.message} Nhấn Enter để thử lại.`, true);
  } finally {
    going = false;
  }
  if (!form) show(ahead.take());
}

const OUT = "Hết nhiệm vụ cho bạn lúc này. Cảm ơn bạn! Nhấn Enter để hỏi lại.";
const OUT_OF_THESE = "Hết nhiệm vụ ở sổ hoặc bước đã chọn, hoặc nhiệm vụ còn lại đang có người khác giữ. Nhấn Enter để làm nhiệm vụ khác.";

/** The pictures of a column that this person holds come here, each with its task. */
async function takeBack() {
  try {
    await send("/column/hand-back", {});
  } catch (error) {
    return notices.complain(error);
  }
  desk.dataset.stage = desk.dataset.book = ""; // they may be of any book
  await next();
}

/** `again`: nothing is in work and nothing on its way; so nobody's page stays on the screen; `held`: what they hold
 * elsewhere. */
function wait(sentence, again = false, held = null) {
  const note = document.createElement("h1"); // the page has no other heading meanwhile
  note.className = "waiting";
  note.textContent = held ? `${sentence} ${held.sentence} ` : sentence;
  if (held) note.append(held.button);
  if (region.isDrawn) region.end();
  pages.forget();
  place.replaceChildren(note);
  place.toggleAttribute("data-again", again);
  place.focus();
  if (again) viewer.clear();
  else viewer.light(null);
  say(again ? "" : sentence); // it stands in the place, which has the focus
}

const rest = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

const isNarrowed = () => Boolean(desk.dataset.stage || desk.dataset.book);

/** Ask for a task again; where one stage or book has none left, for any other. */
function askAgain() {
  if (isNarrowed() && place.textContent.startsWith("Hết nhiệm vụ")) desk.dataset.stage = desk.dataset.book = "";
  notices.settle();
  return next();
}

function submission() {
  return { version: form.version, token: freshToken(), seconds: (performance.now() - shownAt) / 1000, words: form.words() };
}

function finish() {
  saving.add({ task: form.id, path: `/desk/tasks/${form.id}/words`, body: submission(), label: form.label, drafts: form.drafts() });
  next();
}

function saved(item, outcome) {
  notices.settle();
  if (outcome.waiting.length > 0) ahead.fetchTask(item.task).then(() => form ?? next(), () => {});
  else prepare();
}

/** The person is told that words on a task are not saved, sees what they typed, and may put it into the task as it is
 * now. */
function keep({ task, label, drafts }, sentence) {
  const typed = drafts.map(({ text }) => text).filter(Boolean);
  notices.lost(`“${label}” chưa lưu được: ${sentence}`, typed, {
    "Mở lại nhiệm vụ này": async (note) => {
      // it may have come again as the next one: what was typed in it since counts more
      if (form?.id !== task && !(await open(`/desk/tasks/${task}`, "Đang mở lại nhiệm vụ…"))) return;
      form.refill(drafts.filter(({ field }) => !form.isTouched(field)));
      form.focus();
      note.remove();
      if (drafts.length > 0) say("Chữ bạn đã gõ được đặt lại vào ô. Hãy so lại với ảnh rồi nhận từng ô.");
    },
  });
}

/** Codes of refusals after which the task in work is this person's no longer. */
const GONE = new Set(["not-yours", "withdrawn"]);

/** The task in work is in this person's hands no longer: what they typed stays to be read, the next one comes. */
function giveUp(error) {
  const drafts = form.drafts();
  if (drafts.length > 0) keep({ task: form.id, label: form.label, drafts }, error.sentence);
  else notices.complain(error);
  return next();
}

function failed(error) {
  if (GONE.has(error.code) && form) return giveUp(error);
  notices.complain(error);
  form?.focus();
}

/** Put the task that `path` gives in place of the one in work, which is not lost: it comes again; `told`: what is under
 * way, `after()`: what must be done before. Returns whether it is there. */
async function open(path, told, after = null) {
  if (hold.refuses()) return false;
  try {
    const article = await hold.during(told, async () => {
      await after?.();
      return fetchPiece(path, {});
    });
    const task = Number(article.dataset.task);
    const begun = form?.id === task ? form : ahead.drop(task)?.begun;
    if (form && form.id !== task) ahead.ready.unshift({ article: form.article, page: viewer.image, begun: form, lentAt: lease.since });
    show({ article, page: ahead.page(article) });
    if (begun) form.refill(begun.drafts());
    return true;
  } catch (error) {
    notices.complain(error);
  }
  return false;
}

// --- what else may be done with a task -------------------------------------------------------------------------------

/** Lay the task aside with a sentence; `keeps`: what was accepted in it already is saved before. */
async function setAside(name, keeps) {
  if (!form) return;
  const { id } = form;
  const sentence = await askSentence(document.getElementById(name));
  if (sentence === null || form?.id !== id) return form?.focus();
  try {
    await hold.during("Đang gửi…", async () => {
      if (keeps) await saveAccepted();
      await send(`/desk/tasks/${id}/${name}`, { sentence });
    });
    if (form?.id === id) await next();
  } catch (error) {
    if (form?.id === id) failed(error);
    else notices.complain(error);
  }
}

/** Save what was accepted of the task in work so far; the form then stands for the rest. */
async function saveAccepted() {
  const of = form;
  await of.live.settled();
  const body = submission();
  if (body.words.length === 0) return;
  const { version } = await send(`/desk/tasks/${of.id}/words`, body);
  of.saved(version, body.words);
}

const isQuestion = () => desk.dataset.answers !== undefined && form?.article.dataset.stage === "supervisor";

const ACTIONS = {
  reload: () => (form?.isBegun ? say("Tải lại trang (F5) thì chữ chưa lưu sẽ mất: hãy làm xong nhiệm vụ này đã.", true) : location.reload()),
  help: async () => {
    await showHelp(document.getElementById("help"));
    form?.focus();
  },
  skip: () => setAside("skip", true),
  ask: () => (isQuestion() ? setAside("answer", false) : setAside("ask", true)),
  rescan: () => setAside("rescan", false),
  back: () => form?.go(form.at - 1),
  redraw: () => {
    if (!form || form.field.isWhole || form.isAtGlance) return say("Ô này không có khung để vẽ lại.", true);
    pages.own();
    region.begin(form.field.box, form.field.label);
  },
  undo: async () => {
    if (await open("/desk/undo", "Đang hoàn tác…", () => saving.done())) say(`Đã hoàn tác. ${form.article.dataset.said}`);
  },
  leave: async () => {
    if (form?.unaccepted && !warned) {
      warned = true;
      say(`Ô “${form.unaccepted}” có chữ chưa nhận. Nhấn Enter để nhận; hoặc bấm Tạm dừng lần nữa để bỏ chữ ấy.`, true);
      return form.focus();
    }
    try {
      await hold.during("Đang lưu…", async () => {
        if (form) await saveAccepted();
        await saving.done();
      });
    } catch (error) {
      return failed(error);
    }
    const isLeft = notices.holdsWords || ahead.ready.some((one) => one.begun?.isBegun);
    if (isLeft && !warnedOfRest) {
      warnedOfRest = true;
      say("Còn chữ chưa lưu: nhiệm vụ để dở hoặc lời máy chủ không nhận. Hãy xem lại; hoặc bấm Tạm dừng lần nữa để bỏ.", true);
      return form?.focus();
    }
    leaving = true;
    await hold.during("Đang trả nhiệm vụ…", async () => {
      await Promise.race([ahead.fetching, rest(5000)]).catch(() => {}); // a task that is on its way is lent as well
      for (const task of heldHere()) if (!saving.tasks.includes(task)) await send(`/desk/tasks/${task}/hand-back`, {}).catch(() => {});
      location.assign("/");
      await new Promise(() => {}); // the page goes
    });
  },
};

// --- keys ------------------------------------------------------------------------------------------------------------

const keys = new Keys({ task: () => form, viewer, place, actions: ACTIONS, ended, askAgain, pages, region });

/** A field was accepted. Before the last one ends its task, the rules have answered to what was typed in it. */
async function ended(isLast) {
  if (!isLast) return;
  const of = form;
  const refusal = of.live.isWaiting ? await hold.during("Đang kiểm tra…", () => of.refusal()) : "";
  if (refusal) say(refusal, true);
  else if (form === of) finish();
}

document.addEventListener("keydown", (event) => {
  if (document.querySelector("dialog[open]") || hold.refusesKey(event) || fresh.refusesKey(event) || event.isComposing || event.keyCode === 229) return;
  if (form && document.activeElement === document.body) form.focus();
  if (!event.target.closest("button")) warned = false;
  if (form) lease.keep(form.id);
  const action = keys.actionOf(event);
  if (!action && event.key.length === 1 && !event.ctrlKey && !event.altKey && !event.metaKey) form?.typeInMarked();
  if (!action) return;
  event.preventDefault();
  const isSaid = meaningOf(event) === "accept" && (Boolean(form?.field?.word) || region.isDrawn);
  if (!fresh.refuses(event, isSaying(event) && !isSaid)) action();
});

desk.addEventListener("click", (event) => {
  const { do: name, zoom, page, region: drawn } = event.target.closest("button")?.dataset ?? {};
  if (name && !hold.refuses()) ACTIONS[name]();
  if (page) ({ before: () => pages.turn(-1), after: () => pages.turn(1), cover: () => pages.cover(), own: () => pages.own() })[page]();
  if (drawn === "read") region.accept();
  if (drawn === "drop") region.drop();
  if (zoom) {
    keys.zooms[zoom]();
    form?.focus();
  }
  if (page || drawn || name === "redraw" || name === "back") form?.focus();
  if (event.target.closest(".restore")) form.field.restore();
  if (event.target.closest(".open-known")) {
    form.focus();
    form.field.known?.open();
  }
  if (event.target.closest(".keep") && !fresh.refusesClick(event)) ended(form.keep());
  const verdict = event.target.closest("[data-verdict]")?.dataset.verdict;
  if (verdict && !hold.refuses() && !fresh.refusesClick(event)) ended(form.acceptAs(verdict));
  if (event.target.closest(".all") && !form.isAtGlance) return form.go(-1);
  if (event.target.closest(".seen, .accept, .all") && !fresh.refusesClick(event)) ended(form.accept());
});

// What is typed stays in view when notices take room.
new ResizeObserver(() => form?.field?.input?.scrollIntoView({ block: "nearest" })).observe(place);

// Whoever reloads, goes back or closes the page is asked first while something is not saved.
addEventListener("beforeunload", (event) => {
  const begun = form?.isBegun || ahead.ready.some((one) => one.begun?.isBegun);
  if (!leaving && (begun || notices.holdsWords)) event.preventDefault();
});

/** Show the task that the address names, or why it does not open. */
async function begin() {
  wait("Đang lấy nhiệm vụ…");
  try {
    await ahead.fetchTask(Number(desk.dataset.task));
  } catch (error) {
    return wait(`${error.message} Nhấn Enter để làm nhiệm vụ khác.`, true);
  }
  return next();
}

if (desk.dataset.task) begin();
else next();
