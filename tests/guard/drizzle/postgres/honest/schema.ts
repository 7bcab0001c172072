import { boolean, doublePrecision, index, integer, pgTable, text, timestamp } from "drizzle-orm/pg-core";

export const stations = pgTable("stations", {
  id: integer("id").primaryKey().generatedByDefaultAsIdentity(),
  name: text("name").notNull().unique(),
});

export const readings = pgTable("readings", {
  id: integer("id").primaryKey().generatedByDefaultAsIdentity(),
  stationId: integer("station_id").notNull().references(() => stations.id, { onDelete: "cascade" }),
  level: doublePrecision("level").notNull(),
  takenAt: timestamp("taken_at", { withTimezone: true }).notNull(),
  checked: boolean("checked").notNull().default(false),
}, (table) => [index("readings_taken_at_index").on(table.takenAt)]);

export const alarms = pgTable("alarms", {
  id: integer("id").primaryKey().generatedByDefaultAsIdentity(),
  stationId: integer("station_id").notNull().references(() => stations.id),
  above: doublePrecision("above").notNull(),
});
