-- What happens at an account by a moment: who of its people is engaged, which roles of a buying group they hold, and
-- whether more happens than usual. Opened e-mails are noise and count for nothing.

{{ account_features_at(ref('int_scoring__moments')) }}
