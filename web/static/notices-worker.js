// Shows what this browser is told when no page is open, and opens the result when somebody presses it.
self.addEventListener("push", (event) => {
  const { title, body, tag, url, lang } = event.data.json();
  event.waitUntil(self.registration.showNotification(title, { body, tag, lang, renotify: true, data: url }));
});
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow(event.notification.data));
});
