exports.up = async (knex) => {
  await knex.schema.createTable("carriers", (table) => {
    table.increments("id");
    table.string("name", 60).notNullable().unique();
  });
  await knex("carriers").insert([{ name: "Post" }, { name: "Bicycle" }]);
  await knex.schema.alterTable("parcels", (table) => {
    table.integer("carrier_id").unsigned().references("carriers.id");
    table.boolean("insured").notNullable().defaultTo(false);
  });
  await knex("parcels").update({ carrier_id: 1 });
};

exports.down = async (knex) => {
  await knex.schema.alterTable("parcels", (table) => {
    table.dropForeign("carrier_id");
    table.dropColumns("carrier_id", "insured");
  });
  await knex.schema.dropTable("carriers");
};
