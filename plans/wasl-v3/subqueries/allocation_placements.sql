-- Which created batch each waiting candidate gets
SELECT unplaced.candidate_id AS candidate_id, room.batch_id AS batch_id
FROM :allocation_unplaced AS unplaced
JOIN :allocation_room AS room ON room.prefix = unplaced.prefix AND unplaced.place > room.upto - room.free AND unplaced.place <= room.upto
