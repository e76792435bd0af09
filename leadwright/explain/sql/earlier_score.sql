select fit_score, intent_score, score, fit_band, intent_band, grade, a.play, a.next_action, disqualified_reason
from intermediate.int_scoring__scores inner join intermediate.int_scoring__next_actions as a using (lead_id, as_of)
where lead_id = $lead_id and as_of = $as_of
