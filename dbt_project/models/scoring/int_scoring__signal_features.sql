-- What the lead did up to the moment, one row per feature that the catalogue takes from signals: how often, how often
-- in its window, on how many days, or how many days ago. A hand-raise decays only from the first touch by a person
-- after it. Signal * is any but an opened e-mail, which is noise. A window of seven days is the day of the moment and
-- the six before it.

{{ signal_features_at(ref('int_scoring__moments')) }}
