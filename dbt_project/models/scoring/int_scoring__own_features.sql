-- What the company's own fields said at a moment: the last version seen by then, else the first one, which was not seen.
-- A day is a number too: the days since then.

{{ own_features_at(ref('int_scoring__moments')) }}
