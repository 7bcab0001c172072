import { integer, pgTable, real, text, timestamp } from "drizzle-orm/pg-core";

export const stations = pgTable("stations", {
  id: integer("id").primaryKey().generatedByDefaultAsIdentity(),
  name: text("name").notNull().unique(),
});

export const readings = pgTable("readings", {
  id: integer("id").primaryKey().generatedByDefaultAsIdentity(),
  stationId: integer("station_id").notNull().references(() => stations.id, { onDelete: "cascade" }),
  level: real("level").notNull(),
  takenAt: timestamp("taken_at", { withTimezone: true }).notNull(),
});
