// On the first page Enter begins the work.
document.getElementById("start")?.focus();
