// Whether the last mail could be sent. For the platform, which asks the shop as a visitor does: that it could not, and no more.
let isFailing = false;

module.exports = {
  sent: () => (isFailing = false),
  failed: () => (isFailing = true),
  tell(_, answer, next) {
    if (isFailing) answer.set("X-Storeyard-Mail", "failing");
    next();
  },
};
