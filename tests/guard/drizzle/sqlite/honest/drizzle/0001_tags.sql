CREATE TABLE `tags` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`post_id` integer NOT NULL,
	`word` text NOT NULL,
	FOREIGN KEY (`post_id`) REFERENCES `posts`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
ALTER TABLE `posts` ADD `published_at` text;--> statement-breakpoint
ALTER TABLE `posts` ADD `visible` integer DEFAULT true NOT NULL;--> statement-breakpoint
CREATE INDEX `posts_author_id_index` ON `posts` (`author_id`);