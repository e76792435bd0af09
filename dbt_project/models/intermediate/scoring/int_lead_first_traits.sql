-- Who the lead was when it came (int_first_people): one row per lead.

{{ traits_of(ref('int_first_people')) }}
