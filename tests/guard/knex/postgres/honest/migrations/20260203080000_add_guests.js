exports.up = async (knex) => {
  await knex.schema.createTable("guests", (table) => {
    table.increments("id");
    table.string("name", 80).notNullable().unique();
  });
  await knex.into(knex.raw("guests (name)")).insert(knex("bookings").distinct("guest").orderBy("guest"));
  await knex.schema.alterTable("bookings", (table) => {
    table.integer("guest_id").references("guests.id").index();
  });
  await knex("bookings").update({ guest_id: knex("guests").select("id").whereRaw("guests.name = bookings.guest") });
};

exports.down = async (knex) => {
  await knex.schema.alterTable("bookings", (table) => table.dropColumn("guest_id"));
  await knex.schema.dropTable("guests");
};
