-- Size of the database before, in MB
--! severity = "note"
--! reveal = true
SELECT ROUND(pages.page_count * sizes.page_size / 1048576.0, 2) AS size_mb
FROM pragma_page_count AS pages, pragma_page_size AS sizes
