"""What citizens say on the portal 公众留言: moderated, routed, answered within days; never scored."""
