exports.up = async (knex) => {
  await knex.schema.createTable("rooms", (table) => {
    table.increments("id");
    table.string("name", 40).notNullable().unique();
  });
  await knex.schema.createTable("bookings", (table) => {
    table.increments("id");
    table.integer("room_id").notNullable().references("rooms.id").onDelete("RESTRICT");
    table.string("guest", 80).notNullable();
    table.timestamp("begins_at", { useTz: true }).notNullable();
    table.timestamp("written_at", { useTz: true }).notNullable();
    table.index("begins_at");
  });
};

exports.down = async (knex) => {
  await knex.schema.dropTable("bookings");
  await knex.schema.dropTable("rooms");
};
