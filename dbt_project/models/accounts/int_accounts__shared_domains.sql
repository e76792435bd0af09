-- By their words, in which dots and dashes are blanks: so nonsense_words names domains.

select trim({{ words_of('domain') }}) as words from {{ ref('free_mail_domains') }}
union
select trim({{ words_of('domain') }}) as words from {{ ref('shared_hosts') }}
union
select word as words from {{ ref('nonsense_words') }} where field = 'mail_domain'
